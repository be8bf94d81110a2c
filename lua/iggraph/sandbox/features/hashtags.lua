--- (being written)
-- @module iggraph.sandbox.features.hashtags
return {}

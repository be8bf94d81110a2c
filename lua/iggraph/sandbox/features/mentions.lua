--- (being written)
-- @module iggraph.sandbox.features.mentions
return {}

--- (being written)
-- @module iggraph.sandbox.features.insights
return {}

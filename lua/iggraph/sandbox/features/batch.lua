--- (being written)
-- @module iggraph.sandbox.features.batch
return {}

--- (being written)
-- @module iggraph.sandbox.features.publishing
return {}

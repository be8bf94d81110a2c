--- (being written)
-- @module iggraph.sandbox.features.events
return {}

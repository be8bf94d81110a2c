--- (being written)
-- @module iggraph.sandbox.features.discovery
return {}

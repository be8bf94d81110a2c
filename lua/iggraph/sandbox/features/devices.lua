--- (being written)
-- @module iggraph.sandbox.features.devices
return {}

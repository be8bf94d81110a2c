--- (being written)
-- @module iggraph.sandbox.features.messaging
return {}

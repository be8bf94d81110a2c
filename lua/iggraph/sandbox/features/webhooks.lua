--- (being written)
-- @module iggraph.sandbox.features.webhooks
return {}

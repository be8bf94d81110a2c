--- (being written)
-- @module iggraph.sandbox.features.login
return {}

--- (being written)
-- @module iggraph.sandbox.features.accounts
return {}

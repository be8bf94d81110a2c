--- (being written)
-- @module iggraph.sandbox.features.partners
return {}

--- (being written)
-- @module iggraph.sandbox.features.embeds
return {}

--- (being written)
-- @module iggraph.sandbox.features.instagram_login
return {}

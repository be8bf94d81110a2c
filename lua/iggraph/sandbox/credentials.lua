--- Who may call the sandbox: its app, its fixed tokens, and what they may do.
-- None of this is a secret; it opens nothing but a sandbox on loopback.
-- @module iggraph.sandbox.credentials
local M = {}

--- The sandbox's app, the same for Facebook Login and Instagram Login.
M.app_id = "671237000000042"
M.app_name = "Sandbox App"

--- The secret of the app.
M.app_secret = "5a4db0c0ffee15de1fca7ab1e5eedbed"

--- The app's client token: `<app id>|<client token>` starts a device login.
M.client_token = "c11e27b0c0ffee15de1fca7ab1e70ced"

--- What stands behind the `|` of the token that `grant_type=client_credentials` gives.
M.app_token_key = "sandboxAPPq3ZCzTt0vYhG8wKpLx"

--- Addresses that a login may lead back to; those on loopback may be of any port and path.
M.redirect_uris = { "https://app.metricsaurus.example/login", "https://app.metricsaurus.example/login/instagram" }

--- The app's token of each kind.
M.tokens = {
  user = "EAAJjmJsandboxUSERq3ZCzTt0vYhG8wKpLxN2bRfQe7mUaD4sWcV1oXkH9iB6gYtJ5uEnZAlPdSrMy0CwTzOvGh",
  page = "EAAJjmJsandboxPAGEm7Kd2ZBvXrTq0wYcL5hNfGsPa9UeJ3oWiZCx1RbVtQk8MzHyD6nEgSuZAlFpOj4CwTxKvI",
  expired = "EAAJjmJsandboxEXPIREDc4VnZBtMx8QwLr1YhKsGf0PaJd7UeOi3WbZCz9RqXvTk2HyN5mEgSuZAlDpFj6CwBxIvKh",
  limited = "EAAJjmJsandboxLIMITEDx5BnZBtVc9QwMr2YhLsKf1PaGd8UeJi4WbZCo0RqTvXk3HyD6mEgNuZAlSpFj7CwBzIvOh",
  secured = "EAAJjmJsandboxSECUREDv6CnZBtXc0QwNr3YhMsLf2PaKd9UeGi5WbZCj1RqBvTk4HyO7mEgDuZAlNpSj8CwFzIvXh",
  wrong = "EAAJjmJsandboxWRONGz8DnZBtYc1QwOr4YhNsMf3PaLd0UeKi6WbZCg2RqJvBk5HyT7mEgXuZAlDpNj9CwSzIvFh",
  page_without_instagram =
    "EAAJjmJsandboxGARDENb9EnZBtZc2QwPr5YhOsNf4PaMd1UeLi7WbZCk3RqGvJk6HyB8mEgTuZAlXpDj0CwNzIvSh",
  many = "EAAJjmJsandboxMANYd1FnZBtAc3QwQr6YhPsOf5PaNd2UeMi8WbZCl4RqHvKk7HyC9mEgUuZAlYpEj1CwOzIvTh",
  instagram = "IGAAJjmJsandboxINSTAGRAMf2GnZBtBc4QwRr7YhQsPf6PaOd3UeNi9WbZCm5RqIvLk8HyD0mEgVuZAlZpFj2CwPzIvUh",
}

--- What a person can allow an app, by the login.
-- https://developers.facebook.com/docs/permissions
M.scopes = {
  facebook = {
    "public_profile", "pages_show_list", "pages_read_engagement", "pages_manage_metadata", "pages_messaging",
    "business_management", "ads_management", "ads_read", "instagram_basic", "instagram_content_publish",
    "instagram_manage_comments", "instagram_manage_insights", "instagram_manage_messages",
    "instagram_manage_contents", "instagram_manage_engagement", "instagram_branded_content_creator",
    "instagram_branded_content_brand", "instagram_branded_content_ads_brand", "instagram_shopping_tag_products",
    "catalog_management",
  },
  instagram = {
    "instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_comments",
    "instagram_business_manage_insights", "instagram_business_manage_messages",
  },
}

--- A list without one of its items.
local function without(list, unwanted)
  local kept = {}
  for _, item in ipairs(list) do
    if item ~= unwanted then kept[#kept + 1] = item end
  end
  return kept
end

--- Who logs in where nothing else is said, and one who has many Pages.
M.person, M.person_with_many = "10210000000000001", "10210000000000002"

local PAGE, GARDEN, ACCOUNT = "134895793791914", "134895793791915", "17841405822304914"
local FRIDAY = 1782514099 -- 26-Jun-26 15:48:19 PDT

local facebook = M.scopes.facebook

--- By fixed token; see `iggraph.sandbox.tokens` for what a row has.
M.grants = {
  [M.tokens.user] = { type = "USER", me = M.person, user = M.person, scopes = facebook },
  [M.tokens.many] = { type = "USER", me = M.person_with_many, user = M.person_with_many, scopes = facebook },
  [M.tokens.page] = { type = "PAGE", me = PAGE, user = M.person, scopes = facebook },
  [M.tokens.page_without_instagram] = { type = "PAGE", me = GARDEN, user = M.person, scopes = facebook },
  [M.tokens.expired] = { type = "USER", me = M.person, user = M.person, scopes = facebook, expires_at = FRIDAY },
  [M.tokens.limited] = { type = "USER", me = M.person, user = M.person, scopes = without(facebook, "instagram_basic") },
  [M.tokens.secured] = { type = "USER", me = M.person, user = M.person, scopes = facebook, needs_proof = true },
  [M.tokens.instagram] = {
    type = "USER", me = ACCOUNT, user = ACCOUNT, scopes = M.scopes.instagram, instagram = true, long = true,
  },
}

return M

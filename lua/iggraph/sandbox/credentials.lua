--- Who may call the sandbox: its tokens, and what its app proves itself with.
-- None of this is a secret; it opens nothing but a sandbox on loopback.
-- @module iggraph.sandbox.credentials
local M = {}

--- The secret of the sandbox's app.
M.app_secret = "5a4db0c0ffee15de1fca7ab1e5eedbed"

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
}

local USER, PAGE, GARDEN = "10210000000000001", "134895793791914", "134895793791915"

--- By token: `me` (the id that /me stands for) and what is particular about it.
M.grants = {
  [M.tokens.user] = { me = USER },
  [M.tokens.page] = { me = PAGE },
  [M.tokens.page_without_instagram] = { me = GARDEN },
  [M.tokens.expired] = { me = USER, expired = true },
  [M.tokens.limited] = { me = USER, without_instagram = true },
  [M.tokens.secured] = { me = USER, needs_proof = true },
}

return M

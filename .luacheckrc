std = "max"
max_line_length = 120
files["spec"] = { std = "max+busted" }
files["rockspec"] = { std = "rockspec" }
files["lua/iggraph/sandbox"] = { std = "max+ngx_lua" }

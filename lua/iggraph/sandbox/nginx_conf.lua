--- The nginx configuration of a sandbox: a text made from a few values.
-- @module iggraph.sandbox.nginx_conf
local certificates = require "iggraph.sandbox.certificates"

local M = {}

-- Everything nginx writes stays in its folder (the prefix that relative paths start from).
local MAIN = [[
{modules}
{user}
worker_processes {workers};
worker_shutdown_timeout 1s;
daemon on;
pid nginx.pid;
error_log error.log notice;

events {
  worker_connections 1000;
}

http {
  access_log off;
  server_tokens off;
  default_type application/json;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;

  tcp_nodelay on;
  keepalive_timeout 75s;
  keepalive_requests 1000000;
  large_client_header_buffers 16 128k;
  underscores_in_headers on;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  server_names_hash_bucket_size 128;

  gzip on;
  gzip_comp_level 1;
  gzip_min_length 1000;
  gzip_vary on;
  gzip_proxied any;
  gzip_types application/json text/javascript;

  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:tls:1m;

  lua_package_path "{root}/?.lua;{root}/?/init.lua;;";
  lua_code_cache on;
  lua_check_client_abort on;
  lua_shared_dict sandbox_state 8m;
  lua_shared_dict sandbox_records 64m;
  lua_shared_dict sandbox_gauges 64k;

  init_by_lua_block { require("iggraph.sandbox.serve").init(dofile("{dir}/settings.lua")) }
  init_worker_by_lua_block { require("iggraph.sandbox.serve").init_worker() }

{servers}
}
]]

local SERVER = [[
  server {
{listen}
    server_name {name};
    location / {
      content_by_lua_block { require("iggraph.sandbox.serve").content() }
      log_by_lua_block { require("iggraph.sandbox.serve").log() }
    }
    location /ig-api-upload/ {
      client_max_body_size 1g;
      content_by_lua_block { require("iggraph.sandbox.serve").content_unread() }
      log_by_lua_block { require("iggraph.sandbox.serve").log() }
    }
    location @close {
      keepalive_timeout 0;
      content_by_lua_block { require("iggraph.sandbox.serve").content_closing() }
    }
  }
]]

local function fill(template, values)
  return (template:gsub("{(%l+)}", function(name) return values[name] end))
end

local function directives(lines)
  return "    " .. table.concat(lines, "\n    ")
end

local function plain_server(ports)
  return fill(SERVER, { name = "_", listen = directives {
    ("listen 127.0.0.1:%d;"):format(ports.http),
    ("listen 127.0.0.2:%d;"):format(ports.http), -- another host, which nobody should be led to
  } })
end

local function tls_server(ports, host, is_default)
  return fill(SERVER, { name = host, listen = directives {
    ("listen 127.0.0.1:%d ssl http2%s;"):format(ports.https, is_default and " default_server" or ""),
    ("ssl_certificate %s.pem;"):format(host),
    ("ssl_certificate_key %s.key;"):format(host),
  } })
end

--- The whole configuration.
-- @tparam table values `dir`, `root` (the folder that holds iggraph/), `modules` (paths to load), `ports`
-- (`http` and `https`), `workers`, `user` (name and group to run as, nil for whoever starts it)
-- @treturn string
function M.make(values)
  local modules, servers = {}, { plain_server(values.ports) }
  for index, path in ipairs(values.modules) do modules[index] = ('load_module "%s";'):format(path) end
  for index, row in ipairs(certificates.rows) do
    servers[#servers + 1] = tls_server(values.ports, row.host, index == 1)
  end
  return fill(MAIN, {
    modules = table.concat(modules, "\n"),
    user = values.user and "user " .. values.user .. ";" or "",
    workers = tostring(values.workers), root = values.root, dir = values.dir,
    servers = table.concat(servers, "\n"),
  })
end

return M

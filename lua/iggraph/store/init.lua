--- Stores: where clients keep what others are to know: how much of a rate limit is used, and tokens. An option of
-- `iggraph.new`, `store`, takes one.
--
--     iggraph.new { access_token = …, store = iggraph.store.redis { host = "10.0.0.5", password = … } }
--
-- A store is any table with these methods; keys and values are strings of any bytes:
--
-- * `store:get(key)` gives the value, or nil
-- * `store:set(key, value, ttl)`; `ttl` in seconds, to 1/1000; nil: for ever; 0 and less: it is over at once
-- * `store:add(key, value, ttl)` the same if nobody had the key, and then gives true
-- * `store:delete(key)`
--
-- A mistake raises; what the world does never does: where one of your own raises, that is told once, and the call goes
-- on without it. A store is made once in a process and used by all of it. What a client keeps there is about one app:
-- another app wants another store, or in Redis another `prefix`.
-- @module iggraph.store

local memory = require "iggraph.store.memory"
local redis = require "iggraph.store.redis"
local shared = require "iggraph.store.ngx"

local store = {}

--- A store of this process: at most 10,000 keys. Where there are more, those go first that would be over soonest.
-- @function memory
-- @treturn table the store
store.memory = memory.new

--- A store of all workers of one nginx.
--
--     lua_shared_dict iggraph 10m;   # in the http block
--
-- Where it is full, nginx drops what was not used for the longest time. What is too large for all of it is kept by
-- the worker alone, and that is said once in the error log.
-- See <https://github.com/openresty/lua-nginx-module#ngxshareddict>.
-- @function ngx
-- @tparam string name of the `lua_shared_dict`
-- @treturn table the store; raises where there is none of that name
store.ngx = shared.new

--- A store of many machines: a Redis, through the client that the host has anyway. In nginx that is `resty.redis`, or
-- `nginx.redis` as Debian has it (lua-nginx-redis): requests wait, the worker does not, and idle connections are in
-- nginx's pool; `host` is an address there, or nginx needs a `resolver`. Elsewhere it is `redis` (lua-redis, with
-- LuaSocket; Debian's is found by Lua 5.4, too), which **blocks**: a few 0.1 ms near by, up to `timeout` where Redis
-- hangs, and as long as looking up a name takes. Where that is a fault, in Neovim or an event loop, give an address and
-- a short `timeout`, or `connect`.
--
-- Where Redis is out of reach, refuses the password or cannot serve, a store in memory stands in for it, and that is
-- said once (stderr; in nginx its error log; in Neovim a notification). One call every `retry_after` seconds tries
-- again; when Redis is back, that is said, too, and what was kept meanwhile is forgotten. In those phases of nginx that
-- have no sockets (init, log, header and body filters) calls see only the store in memory.
--
-- Its commands are GET, SET (PX, NX), DEL, AUTH and SELECT: Redis 2.6.12 or newer, or one of its kin.
-- See <https://redis.io/docs/latest/commands/set/>.
-- @function redis
-- @tparam[opt] table options
-- @tparam[opt="127.0.0.1"] string options.host or a socket: `"unix:/run/redis/redis.sock"`
-- @tparam[opt=6379] number options.port
-- @tparam[opt="iggraph:"] string options.prefix before each key
-- @tparam[opt] string options.username
-- @tparam[opt] string options.password
-- @tparam[opt=0] number options.db
-- @tparam[opt=1] number options.timeout seconds, for each call in all
-- @tparam[opt=5] number options.retry_after seconds
-- @tparam[opt] function options.connect gives a client of your own, connected, and where that is needed with password
-- and database, or `nil, why`; called whenever one more is needed. Of a client are called `get(key)`, `del(key)`,
-- `set(key, value)` and that with `"PX", milliseconds`, with `"NX"`, and with both; they may raise, or return nil or
-- false and why. Where it has them also `set_timeout(milliseconds)`, `close()`, `set_keepalive(milliseconds, size)`
-- @treturn table the store; raises for a mistake, and where the client cannot be loaded
store.redis = redis.new

return store

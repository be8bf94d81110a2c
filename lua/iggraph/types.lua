--- What editors know of this module: its functions, options, nodes, fields and failures, for the Lua language server.
-- Written by `make types`, and never loaded.
---@meta iggraph
-- luacheck: ignore

---@alias iggraph.kind
---| "auth"
---| "permission"
---| "throttled"
---| "transient"
---| "invalid"
---| "not_found"
---| "graph"
---| "http"
---| "network"
---| "timeout"
---| "json"
---| "too_large"
---| "paging"
---| "cancelled"

---@class iggraph.error
---@field kind iggraph.kind What it is, decided by code and subcode.
---@field message string? For people who read English; no promise.
---@field status integer? Of HTTP; nil without an answer.
---@field code integer? The Graph's.
---@field subcode integer? The Graph's.
---@field type string? The Graph's.
---@field fbtrace_id string? For Meta's support.
---@field user_title string? What the Graph says to the person.
---@field user_msg string? What the Graph says to the person.
---@field data any The Graph's `error_data`.
---@field retryable boolean Whether the same call may well succeed later, and does no harm if it is sent again.
---@field retry_after number? Seconds, where the answer tells.
---@field method string?
---@field path string? Without the host, and without secrets.
---@field container string? Of `client:publish`: the id of what is to be published.
---@field children (string|false)[]? Of `client:publish`: the ids of a carousel's.
---@field child integer? Of `client:publish`: the number of the one that is to blame.
---@field unsettled boolean? Of `client:publish`: whether it may have been published.
---@field resume table? Of `client:publish`: the options to go on with.

---@class iggraph.params
---@field fields? string|table A name, a list, or nested: `{ "id", children = { "id" } }`.
---@field limit integer? Items a page.
---@field after string?
---@field before string?
---@field [string] any Any other of the Graph.

---@class iggraph.node
---@field id string
---@field type string The Graph's name of its type.
---@field client iggraph.client

---@class iggraph.retry
---@field attempts integer? In all.
---@field max_delay number? Seconds.
---@field deadline number? Seconds for a call with all of its attempts.
---@field on_retry (fun(one: iggraph.retry.news): boolean?)? Ends it by returning false.

---@class iggraph.retry.news
---@field err iggraph.error
---@field attempt integer
---@field delay number Seconds.
---@field reason string

---@class iggraph.request.news
---@field method string
---@field path string
---@field attempt integer

---@class iggraph.response.news: iggraph.request.news
---@field status integer?
---@field kind iggraph.kind?
---@field err iggraph.error?
---@field tries integer
---@field connections integer
---@field bytes integer
---@field fbtrace_id string?
---@field usage table
---@field times { queue: number, connect: number, first_byte: number, total: number } Seconds.

---@class iggraph.throttle.news
---@field err iggraph.error?
---@field seconds number
---@field method string
---@field path string
---@field limit string?
---@field percent number?

---@class iggraph.usage
---@field app table? X-App-Usage, as sent.
---@field page table?
---@field business_use_case table?
---@field ad_account table?
---@field api_version string? The version that answered.
---@field percent number? Of the limit that is nearest.
---@field regain number? Seconds until calls are let through again.

---@class iggraph.stats
---@field requests integer
---@field ok integer
---@field failed table<iggraph.kind, integer>
---@field retries integer
---@field tries integer
---@field connections integer
---@field bytes integer
---@field seconds number
---@field waited number

---@class iggraph.engine
---@field pollfd fun(self: iggraph.engine): integer Readable when there is something to do.
---@field events fun(self: iggraph.engine): string
---@field timeout fun(self: iggraph.engine): number? Seconds; nil: no limit.
---@field step fun(self: iggraph.engine)
---@field wait fun(self: iggraph.engine) Until there is something to do.

---@class iggraph.host
---@field wait fun(engine: iggraph.engine) Returns when it is readable, or its time is over.
---@field sleep fun(seconds: number)

---@class iggraph.store.any
---@field get fun(self: iggraph.store.any, key: string): string?
---@field set fun(self: iggraph.store.any, key: string, value: string, ttl?: number) `ttl` in seconds.
---@field add fun(self: iggraph.store.any, key: string, value: string, ttl?: number): boolean?
---@field delete fun(self: iggraph.store.any, key: string)

---@class iggraph.event
---@field object string
---@field id string
---@field time integer
---@field field string?
---@field value any

---@class iggraph.row
---@field name string
---@field period string?
---@field end_time string?
---@field value any
---@field dimensions table<string, string>?

---@class iggraph.account
---@field id string
---@field username string?
---@field page { id: string, name: string, tasks: string[] }
---@field reason string?

---@class iggraph.media.spec: iggraph.IG_User.create_media.params
---@field file? string|file* A local video, in place of `video_url`.
---@field children? (string|iggraph.media.spec)[] Of a carousel: 2 to 10 of these, or ids of containers.

---@class iggraph.entry
---@field method string? GET, unless told otherwise.
---@field path string?
---@field params table?
---@field relative_url string?
---@field body? string|table
---@field name string?
---@field depends_on string?
---@field omit_response_on_success boolean?
---@field headers table?
---@field access_token string?
---@field attached_files table<string, file*>?

---@alias iggraph.value.IG_Media.breakdown
---| "action_type"
---| "follow_type"
---| "story_navigation_action_type"
---| "surface_type"

---@alias iggraph.value.IG_Media.metric
---| "clips_replays_count"
---| "comments"
---| "content_views"
---| "crossposted_views"
---| "facebook_views"
---| "follows"
---| "ig_reels_aggregated_all_plays_count"
---| "ig_reels_avg_watch_time"
---| "ig_reels_video_view_total_time"
---| "impressions"
---| "likes"
---| "navigation"
---| "plays"
---| "profile_activity"
---| "profile_visits"
---| "quotes"
---| "reach"
---| "reels_skip_rate"
---| "replies"
---| "reposts"
---| "saved"
---| "shares"
---| "thread_replies"
---| "thread_shares"
---| "threads_media_clicks"
---| "threads_reposts"
---| "threads_views"
---| "total_comments"
---| "total_interactions"
---| "total_likes"
---| "total_views"
---| "video_views"
---| "views"

---@alias iggraph.value.IG_User.breakdown
---| "age"
---| "city"
---| "contact_button_type"
---| "country"
---| "follow_type"
---| "gender"
---| "media_product_type"

---@alias iggraph.value.IG_User.metric
---| "accounts_engaged"
---| "comments"
---| "content_views"
---| "engaged_audience_demographics"
---| "follower_count"
---| "follower_demographics"
---| "follows_and_unfollows"
---| "likes"
---| "online_followers"
---| "profile_links_taps"
---| "profile_views"
---| "quotes"
---| "reach"
---| "reached_audience_demographics"
---| "replies"
---| "reposts"
---| "saves"
---| "shares"
---| "threads_clicks"
---| "threads_follower_demographics"
---| "threads_followers"
---| "threads_likes"
---| "threads_replies"
---| "threads_reposts"
---| "threads_views"
---| "total_interactions"
---| "views"
---| "website_clicks"

---@alias iggraph.value.actions
---| "BLOCK_USER"
---| "MOVE_TO_SPAM"
---| "UNBLOCK_USER"

---@alias iggraph.value.boostable_media_callsite
---| "ADS_MANAGER_L1_EDITOR_DYNAMIC_ADS_WITH_EXISTING_POST"
---| "PA_HUB_CATALOG_INGESTION_CREATOR_ASSET"

---@alias iggraph.value.creator_gender
---| "custom"
---| "female"
---| "male"
---| "unknown"

---@alias iggraph.value.eligible_platforms
---| "INSTAGRAM"
---| "MESSENGER"
---| "WHATSAPP"

---@alias iggraph.value.fields
---| "ACCOUNT_LINKING_URL"
---| "COMMANDS"
---| "DESCRIPTION"
---| "GET_STARTED"
---| "HOME_URL"
---| "ICE_BREAKERS"
---| "PERSISTENT_MENU"
---| "PLATFORM"
---| "SUBJECT_TO_NEW_EU_PRIVACY_RULES"
---| "TITLE"
---| "WHITELISTED_DOMAINS"

---@alias iggraph.value.folder
---| "PARTNERSHIP"

---@alias iggraph.value.major_audience_gender
---| "custom"
---| "female"
---| "male"
---| "unknown"

---@alias iggraph.value.media_relationship
---| "IS_TAGGED"
---| "OWNED"

---@alias iggraph.value.messaging_type
---| "MESSAGE_TAG"
---| "RESPONSE"
---| "UPDATE"
---| "UTILITY"

---@alias iggraph.value.metric_type
---| "default"
---| "time_series"
---| "total_value"

---@alias iggraph.value.notification_subtypes
---| "AFTER_EVENT_1DAY"
---| "AFTER_EVENT_2DAY"
---| "AFTER_EVENT_3DAY"
---| "AFTER_EVENT_4DAY"
---| "AFTER_EVENT_5DAY"
---| "AFTER_EVENT_6DAY"
---| "AFTER_EVENT_7DAY"
---| "BEFORE_EVENT_15MIN"
---| "BEFORE_EVENT_1DAY"
---| "BEFORE_EVENT_1HOUR"
---| "BEFORE_EVENT_2DAY"
---| "EVENT_START"
---| "RESCHEDULED"

---@alias iggraph.value.notification_target_time
---| "EVENT_END"
---| "EVENT_START"

---@alias iggraph.value.notification_type
---| "NO_PUSH"
---| "REGULAR"
---| "SILENT_PUSH"

---@alias iggraph.value.period
---| "day"
---| "days_28"
---| "lifetime"
---| "month"
---| "total_over_range"
---| "week"

---@alias iggraph.value.permitted_tasks
---| "ADVERTISE"
---| "ANALYZE"
---| "CASHIER_ROLE"
---| "CREATE_CONTENT"
---| "GLOBAL_STRUCTURE_MANAGEMENT"
---| "MANAGE"
---| "MANAGE_JOBS"
---| "MANAGE_LEADS"
---| "MESSAGING"
---| "MODERATE"
---| "MODERATE_COMMUNITY"
---| "PAGES_MESSAGING"
---| "PAGES_MESSAGING_SUBSCRIPTIONS"
---| "PROFILE_PLUS_ADVERTISE"
---| "PROFILE_PLUS_ANALYZE"
---| "PROFILE_PLUS_CREATE_CONTENT"
---| "PROFILE_PLUS_FACEBOOK_ACCESS"
---| "PROFILE_PLUS_FULL_CONTROL"
---| "PROFILE_PLUS_GLOBAL_STRUCTURE_MANAGEMENT"
---| "PROFILE_PLUS_MANAGE"
---| "PROFILE_PLUS_MANAGE_LEADS"
---| "PROFILE_PLUS_MESSAGING"
---| "PROFILE_PLUS_MODERATE"
---| "PROFILE_PLUS_MODERATE_DELEGATE_COMMUNITY"
---| "PROFILE_PLUS_REVENUE"
---| "READ_PAGE_MAILBOXES"
---| "VIEW_MONETIZATION_INSIGHTS"

---@alias iggraph.value.platform
---| "INSTAGRAM"
---| "MESSENGER"

---@alias iggraph.value.sender_action
---| "MARK_SEEN"
---| "REACT"
---| "TYPING_OFF"
---| "TYPING_ON"
---| "UNREACT"

---@alias iggraph.value.status
---| "declined"
---| "expired"
---| "granted"

---@alias iggraph.value.subscribed_fields
---| "comment_poll_response"
---| "comments"
---| "creator_marketplace_invited_creator_onboarding"
---| "creator_marketplace_projects"
---| "delta"
---| "follow"
---| "live_comments"
---| "mentions"
---| "message_edit"
---| "message_reactions"
---| "messages"
---| "messaging_handover"
---| "messaging_optins"
---| "messaging_postbacks"
---| "messaging_referral"
---| "messaging_seen"
---| "onboarding_welcome_message_series"
---| "share_to_story"
---| "standby"
---| "story_insights"
---| "story_poll_response"
---| "story_reactions"

---@alias iggraph.value.timeframe
---| "last_14_days"
---| "last_30_days"
---| "last_90_days"
---| "prev_month"
---| "this_month"
---| "this_week"

---@class iggraph.data.Accesstoken
---@field access_token? string
---@field expires_in? integer
---@field token_type? string

---@class iggraph.data.BrandedContentShadowIGMediaID
---@field eligibility_errors? string[]
---@field has_permission_for_partnership_ad? boolean
---@field id? string
---@field linked_products? table[]
---@field owner_id? string
---@field permalink? string
---@field product_suggestions? table[]
---@field recommended_campaign_objectives? string[]

---@class iggraph.data.BrandedContentShadowIGUserID
---@field id? string

---@class iggraph.data.ContentPublishingLimitResponse
---@field config? table
---@field quota_usage? integer

---@class iggraph.data.FBPageAndInstagramAccount
---@field ad_permissions? string[]
---@field bc_permission_status? string
---@field bc_permissions? table[]
---@field is_managed? boolean
---@field matched_by? string

---@class iggraph.data.IGBCAdsPermission
---@field id? string
---@field permission_type? string
---@field status? string

---@class iggraph.data.IGBoostMediaAd
---@field ad_id? string
---@field ad_status? string

---@class iggraph.data.IGComment
---@field from? iggraph.data.IGCommentFromUser
---@field hidden? boolean
---@field id? string
---@field legacy_instagram_comment_id? string
---@field like_count? integer
---@field media? iggraph.data.IGMedia
---@field parent_id? string
---@field text? string
---@field timestamp? string
---@field user? iggraph.data.IGUser
---@field username? string

---@class iggraph.data.IGCommentFromUser
---@field id? string
---@field self_ig_scoped_id? string
---@field username? string

---@class iggraph.data.IGHashtag
---@field id? string
---@field name? string

---@class iggraph.data.IGMedia
---@field alt_text? string
---@field boost_eligibility_info? iggraph.data.IGMediaBoostEligibilityInfo
---@field caption? string
---@field comments_count? integer
---@field copyright_check_information? iggraph.data.IGVideoCopyrightCheckMatchesInformation
---@field current_live_viewer_count? integer
---@field has_poll? boolean
---@field has_slider? boolean
---@field id? string
---@field ig_id? string
---@field is_comment_enabled? boolean
---@field is_shared_to_feed? boolean
---@field legacy_instagram_media_id? string
---@field like_count? integer
---@field media_product_type? string
---@field media_type? string
---@field media_url? string
---@field owner? iggraph.data.IGUser
---@field permalink? string
---@field shortcode? string
---@field thumbnail_url? string
---@field timestamp? string
---@field username? string
---@field video_title? string
---@field view_count? integer

---@class iggraph.data.IGMediaBoostEligibilityInfo
---@field boost_ineligible_reason? string
---@field eligible_to_boost? boolean

---@class iggraph.data.IGShoppingProductAppeal
---@field eligible_for_appeal? boolean
---@field product_appeal_status? string
---@field product_id? integer|string
---@field rejection_reasons? string[]
---@field review_status? string

---@class iggraph.data.IGUpcomingEvent
---@field end_time? string
---@field id? string
---@field notification_subtypes? string[]
---@field notification_target_time? string
---@field start_time? string
---@field title? string

---@class iggraph.data.IGUser
---@field account_type? string
---@field biography? string
---@field business_discovery? iggraph.data.IGUser
---@field followers_count? integer
---@field follows_count? integer
---@field has_profile_pic? boolean
---@field id? string
---@field ig_id? integer|string
---@field is_published? boolean
---@field legacy_instagram_user_id? string
---@field media_count? integer
---@field mentioned_comment? iggraph.data.IGComment
---@field mentioned_media? iggraph.data.IGMedia
---@field name? string
---@field owner_business? table
---@field profile_picture_url? string
---@field shopping_product_tag_eligibility? boolean
---@field shopping_review_status? string
---@field user_id? integer|string
---@field username? string
---@field website? string

---@class iggraph.data.IGVideoCopyrightCheckMatchesInformation
---@field copyright_matches? table[]
---@field status? iggraph.data.IGVideoCopyrightCheckStatus

---@class iggraph.data.IGVideoCopyrightCheckStatus
---@field matches_found? boolean
---@field status? string

---@class iggraph.data.InsightsResult
---@field description? string
---@field description_from_api_doc? string
---@field id? string
---@field name? string
---@field period? string
---@field title? string
---@field values? table[]

---@class iggraph.data.InstagramInsightsResult
---@field description? string
---@field id? string
---@field name? string
---@field period? string
---@field title? string
---@field total_value? table
---@field values? iggraph.data.InstagramInsightsValue[]

---@class iggraph.data.InstagramInsightsValue
---@field end_time? string
---@field value? table

---@class iggraph.data.Page
---@field access_token? string
---@field business? table
---@field category? string
---@field category_list? table[]
---@field connected_instagram_account? iggraph.data.IGUser
---@field connected_page_backed_instagram_account? iggraph.data.IGUser
---@field fan_count? integer
---@field has_whatsapp_number? boolean
---@field id? string
---@field instagram_business_account? iggraph.data.IGUser
---@field link? string
---@field name? string
---@field tasks? string[]
---@field username? string

---@class iggraph.data.Refreshedaccesstoken
---@field access_token? string
---@field expires_in? integer
---@field permissions? string
---@field token_type? string

---@class iggraph.data.ShadowIGMediaCollaborators
---@field id? string
---@field invite_status? string
---@field username? string

---@class iggraph.data.ShadowIGMediaProductTags
---@field image_url? string
---@field is_checkout? boolean
---@field merchant_id? integer|string
---@field name? string
---@field price_string? string
---@field product_id? integer|string
---@field review_status? string
---@field stripped_price_string? string
---@field stripped_sale_price_string? string
---@field x? number
---@field y? number

---@class iggraph.data.ShadowIGScheduledMedia
---@field caption? string
---@field id? string
---@field media_type? string
---@field media_url? string
---@field publish_timestamp? integer
---@field thumbnail_url? string

---@class iggraph.data.ShadowIGUserCatalogProductSearch
---@field image_url? string
---@field is_checkout_flow? boolean
---@field merchant_id? integer|string
---@field product_id? integer|string
---@field product_name? string
---@field product_variants? table[]
---@field retailer_id? string
---@field review_status? string

---@class iggraph.data.ShadowIGUserCollaborationInvites
---@field caption? string
---@field media_id? string
---@field media_owner_username? string
---@field media_url? string

---@class iggraph.data.ShadowIGUserCollaborativeMedia
---@field caption? string
---@field comments_count? integer
---@field id? string
---@field like_count? integer
---@field media_product_type? string
---@field media_type? string
---@field media_url? string
---@field permalink? string
---@field reposts_count? integer
---@field saved_count? integer
---@field shares_count? integer
---@field thumbnail_url? string
---@field timestamp? string
---@field total_comments_count? integer
---@field total_like_count? integer
---@field total_views_count? integer
---@field username? string

---@class iggraph.data.UnifiedThread
---@field can_reply? boolean
---@field folder? string
---@field former_participants? table
---@field id? string
---@field is_owner? boolean
---@field is_subscribed? boolean
---@field link? string
---@field linked_group? table
---@field message_count? integer
---@field name? string
---@field participants? table
---@field scoped_thread_key? string
---@field senders? table
---@field snippet? string
---@field unread_count? integer
---@field updated_time? string
---@field wallpaper? string

---@class iggraph.data.UserAvailableCatalogs
---@field catalog_id? string
---@field catalog_name? string
---@field product_count? integer
---@field shop_name? string

---@class iggraph.client
local client = {}

---@class iggraph.cursor
---@overload fun(): any
local cursor = {}

---@class iggraph.task
local task = {}

---@class iggraph.cursor.options
---@field max_items? number no more than so many
---@field max_empty_pages? number in a row, before `paging` is raised (100)
---@field position? table where to go on: what `position` gave
---@field prefetch? boolean the next page is begun while this one is used (false)
---`"restart"`: where the Graph takes the cursor of a page no more, since its item was deleted, the list is begun anew,
---and what was given is left out, by ids; 8 bytes are kept of each. Without it that is a `paging` error. A cursor that
---was made from a position knows the ids in it, and what it gave itself. Where nothing new comes until the next invalid
---cursor, and where items have no ids, it is a `paging` error all the same
---@field on_invalid_cursor? "restart"

---@class iggraph.login.settings
---@field base_url? string `http://` for loopback only ("https://graph.facebook.com")
---@field ca_file? string certificates to trust, in place of the system's
---@field connect_timeout? number seconds (10)
---how to wait: `"block"`, `"nvim"`, `"ngx"`, `"cqueues"`, `"luv"`, or a table of `wait(engine)` and `sleep(seconds)`;
---nil: as befits the code that makes a call
---@field host? "block"|"nvim"|"ngx"|"cqueues"|"luv"|iggraph.host
---@field timeout? number seconds for one try, from its start to the answer's end (60)
---@field version? string|false ("v26.0")

---Sends many calls in one, or rather in envelopes of 50, sixteen of them at a time, with `pace` four. An entry is a
---table: `method` (`"GET"`), and either `path` and `params` as of `get` and `post`, files among them, or the Graph's
---`relative_url` and `body` (a string, or a table of parameters). Further: `name`; `depends_on`, a name;
---`omit_response_on_success` (here false unless it is given; with true, `null` does not tell of a timeout any more);
---`headers`, a list of `{ name, value }`; `access_token`, its own (with its proof where the client has an
---`app_secret`); `attached_files`, open files by name. `{result=name:$.path}` in a parameter, a path or a body stands
---for what an earlier entry answered. See <https://developers.facebook.com/docs/graph-api/batch-requests>.
---@param requests (iggraph.entry|iggraph.entry[])[] list of entries; lists of them, such as `prepare` gives
---@return table? # in the same order what a call of its own would have given for each, packed: `{ n = 1, value }`
---@return iggraph.error? err
---@return iggraph.kind? kind
function client:batch(requests) end

---Ends it: what is under way is cancelled (who waits for it gets `nil, err, "cancelled"`), secrets are overwritten; a
---later call raises.
function client:close() end

---Goes on with an edge that came inside of an answer: the comments in `media{id,comments{text}}`, the media of a
---`business_discovery`. It begins with the items that are there; an expanded edge that is empty is left out by the
---Graph, and gives none.
---@param node table as it came: with its `id`, unless it is from `business_discovery`
---@param edge string its name
---@param opts? iggraph.cursor.options as of a `cursor`
---@return iggraph.cursor # a cursor
function client:continue(node, edge, opts) end

---The same by DELETE.
---@param path string
---@param params? iggraph.params
---@return any # what the API sent, or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function client:delete(path, params) end

---Reads any node or edge.
---@param path string `me/accounts` or `/me/accounts`; the version is put before it
---@param params? iggraph.params
---@return any # what the API sent, or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function client:get(path, params) end

---The hashtags that a word stands for, and what else belongs to no node: `client:ig_hashtag_search`,
---`client:instagram_oembed`, `client:ig_audio`, each with `params`. See
---<https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/hashtag-search>.
---@param user_id string the IG User who searches: 30 different ones in 7 days
---@param q string the word, without "#"
---@return iggraph.cursor.IGHashtag # a cursor of `{ id }`
function client:hashtags(user_id, q) end

---@class iggraph.client.instagram_accounts.options: iggraph.cursor.options
---also the Pages that the User's businesses own or share (`business_management`; two requests more for each business; a
---Page in several lists comes once) (false)
---@field businesses? boolean
---@field without_account? boolean also Pages without an Instagram account, as `{ page, reason }` (false)

---The IG Users of all Pages of the User, in one request per page of Pages (by field expansion): steps 4 and 5 of
---<https://developers.facebook.com/docs/instagram-api/getting-started> at once.
---@param params? iggraph.params `fields` are those of the IG User (`id`, `username`)
---@param opts? iggraph.client.instagram_accounts.options as of a `cursor`, and
---@return iggraph.cursor.account # a cursor of `{ id, username, page = { id, name, tasks } }`
function client:instagram_accounts(params, opts) end

---A cursor over any list edge.
---@param path string
---@param params? iggraph.params
---@param opts? iggraph.cursor.options as of a `cursor`
---@return iggraph.cursor # the cursor
function client:list(path, params, opts) end

---The same by POST: parameters as a form, as multipart where one of them is an open file.
---@param path string
---@param params? iggraph.params
---@return any # what the API sent, or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function client:post(path, params) end

---Describes calls for a batch: what the function calls on its `ig` is not sent.
---
---    local calls = ig:prepare(function(ig)
---      ig:user("17841405822304914"):media({ limit = 1 }).name = "newest"
---      ig:media("17918195224117851"):comments { limit = 5 }
---      ig:get("{result=newest:$.data[0].id}", { fields = "caption" })
---    end)
---    local results = ig:batch(calls)
---
---@param describe fun(prepared: iggraph.client) is called with a client whose calls return their description
---@return table # list of the descriptions, in the order of the calls
function client:prepare(describe) end

---@class iggraph.client.publish.options
---`(phase, done, total)`, done never falling: `"create"` (containers made), `"upload"` (bytes of all files),
---`"process"` (containers that are ready), `"publish"` (0 or 1 of 1)
---@field on_progress? fun(phase: string, done: integer, total: integer)
---seconds for the processing, after the last upload; as many at most to find out what became of media_publish, where
---its answer is lost (300)
---@field deadline? number
---seconds of the first pause between polls, which grows up to 60; after a cut upload the first pause is a quarter of it
---(2)
---@field poll_interval? number
---the host of uploads: `https://rupload.facebook.com`, or the one of `base_url` where that is none of Meta's. The token
---goes to no other, whatever address an answer names; on a loopback host that follows from `base_url`, to any port
---@field upload_url? string
---@field container? string where to go on
---@field children? table where to go on
---@field unsettled? boolean whether `opts.container` may have been published by a call before (false)
---@field check_quota? boolean ask `content_publishing_limit` before: `throttled` where it is used up (true)

---@class iggraph.client.publish.result
---@field id? string
---@field container? string

---Publishes an image, a reel, a story or a carousel: makes the containers, uploads local files (from disk; going on
---where a cut left them), waits until all are ready, and publishes once. Where the answer to that is lost, the
---container tells what became of it: it is never published twice.
---
---What can be known before is checked before anything is sent: a wrong `spec` raises and names what is wrong; a file
---that is not there, empty, or an image is `nil, err, "invalid"`.
---
---Each error from the first container on has `err.container` (the id of what is to be published, nil where it is not
---made yet), `err.children` (of a carousel: a list of ids, false where there is none yet) and, where one child is to
---blame, `err.child`, its number. `err.unsettled` is true where media_publish was sent and its outcome is not known:
---its container was read for 15 poll intervals, or until the call was cancelled, and did not say it.
---
---`err.resume` has these as options, for JSON, too: `ig:publish(user_id, spec, err.resume)` goes on there, in another
---process, too. It reads what became of the containers, uploads what is missing, makes those anew that failed or
---expired, and publishes unless that is done; where it is unsettled it first watches the container until the deadline.
---An error while a container is made is `retryable` where it may pass (`network`, `timeout`, `transient`, HTTP 5xx):
---what nobody publishes does no harm.
---@param user_id string the IG User
---@param spec iggraph.media.spec the parameters of POST /{ig-user}/media: `image_url`, or `media_type` (`"REELS"`
---@param opts? iggraph.client.publish.options
---@return iggraph.client.publish.result? # `{ id, container }`: the medium and its container
---@return iggraph.error? err
---@return iggraph.kind? kind
function client:publish(user_id, spec, opts) end

---What its calls came to so far, and those of the clients made from it by `with_token`: `requests` that were begun,
---`retries` among them, `tries` on the wire, `ok`, `failed` (kind -> how many), `connections` opened, `bytes` of bodies
---as they came, `seconds` that answers took, `waited` seconds before attempts.
---@return iggraph.stats
function client:stats() end

---What the headers of the answers said last: `app`, `page`, `business_use_case`, `ad_account` (the rate-limit headers
---X-App-Usage and so on, as sent), `api_version` (the version that answered); `percent` of the limit that is nearest
---(nil: not known), `regain`, the seconds until calls are let through again. See
---<https://developers.facebook.com/docs/graph-api/overview/rate-limiting>.
---@return iggraph.usage
function client:usage() end

---A client that shares all but the token: a Page's, say.
---@param token string
---@return iggraph.client # the client
function client:with_token(token) end

---Drops what is in flight; the cursor gives no more. `<close>` does the same, and so does collection. A coroutine that
---waits for a page of it gets `nil, err, "cancelled"`.
function cursor:close() end

---The next item.
---@return any # the item; `nil` at the end; `nil, err, kind` on failure
---@return iggraph.error? err
---@return iggraph.kind? kind
function cursor:next() end

---Whole pages, as the API sent them (`page.data`, `page.paging`). After single items the first page is what is left of
---theirs; the last one is cut at `max_items`.
---@return fun(): table? # an iterator for `for page in cursor:pages() do`; raises the error object
function cursor:pages() end

---The items that are next, and none of them is taken: what is left of the page, which is fetched if there is none.
---@return table? # a list; `nil` at the end; `nil, err, kind` on failure
---@return iggraph.error? err
---@return iggraph.kind? kind
function cursor:peek() end

---Where it stands, exact to the item: a small table, to be stored (as JSON, too) and given as `opts.position` to the
---same list later, in another process as well. It names the list, what the page was asked for with, and the ids that
---were given of it: items that came or went meanwhile make nothing be given twice or left out. There is no secret in
---it.
---@return table
function cursor:position() end

---Ends it: the call that it waits for is dropped, that one and each later call in it gives `nil, err, "cancelled"`, and
---so does `wait`, at once. One that is over stays as it is.
function task:cancel() end

---Waits until it is over.
---@return any ... # what its function returned. Where that raised an error: `nil, err, kind` for one of this module
function task:wait() end

---A handle of a node, made without a request. See https://developers.facebook.com/docs/instagram-platform/changelog
---@class iggraph.IG_Audio: iggraph.node
local IG_Audio = {}

---The node itself.
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Audio:get(params) end

---A handle of a node, made without a request. See https://developers.facebook.com/docs/marketing-api/reference/business
---@class iggraph.Business: iggraph.node
local Business = {}

---The node itself.
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Business:get(params) end

---GET /client_pages. See https://developers.facebook.com/docs/marketing-api/reference/business
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function Business:client_pages(params, opts) end

---GET /owned_pages. See https://developers.facebook.com/docs/marketing-api/reference/business
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function Business:owned_pages(params, opts) end

---A handle of a node, made without a request. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment
---@class iggraph.IG_Comment: iggraph.node
local IG_Comment = {}

---The node itself.
---@param params? iggraph.params
---@return iggraph.data.IGComment?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Comment:get(params) end

---@class iggraph.IG_Comment.delete.params: iggraph.params
---@field ad_id? string

---DELETE /(the node). See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment
---@param params? iggraph.IG_Comment.delete.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Comment:delete(params) end

---POST /(the node). See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment
---@param value boolean
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Comment:hide(value, params) end

---GET /replies. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGComment
function IG_Comment:replies(params, opts) end

---@class iggraph.IG_Comment.reply.params: iggraph.params
---@field message string

---POST /replies. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
---@param params iggraph.IG_Comment.reply.params
---@return iggraph.data.IGComment?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Comment:reply(params) end

---A handle of a node, made without a request. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container
---@class iggraph.IG_Container: iggraph.node
local IG_Container = {}

---The node itself.
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Container:get(params) end

---A handle of a node, made without a request. See https://developers.facebook.com/docs/graph-api/reference/conversation
---@class iggraph.Conversation: iggraph.node
local Conversation = {}

---The node itself.
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Conversation:get(params) end

---GET /messages. See https://developers.facebook.com/docs/graph-api/reference/conversation
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function Conversation:messages(params, opts) end

---A handle of a node, made without a request. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-hashtag
---@class iggraph.IG_Hashtag: iggraph.node
local IG_Hashtag = {}

---The node itself.
---@param params? iggraph.params
---@return iggraph.data.IGHashtag?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Hashtag:get(params) end

---@class iggraph.IG_Hashtag.recent_media.params: iggraph.params
---@field user_id string

---GET /recent_media. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-hashtag/recent_media
---@param params iggraph.IG_Hashtag.recent_media.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_Hashtag:recent_media(params, opts) end

---@class iggraph.IG_Hashtag.top_media.params: iggraph.params
---@field user_id string

---GET /top_media. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-hashtag/top_media
---@param params iggraph.IG_Hashtag.top_media.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_Hashtag:top_media(params, opts) end

---A handle of a node, made without a request. See https://developers.facebook.com/docs/graph-api/reference/user
---@class iggraph.User: iggraph.node
local User = {}

---The node itself.
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function User:get(params) end

---@class iggraph.User.accounts.params: iggraph.params
---@field ad_id? string
---@field is_place? boolean
---@field is_promotable? boolean

---GET /accounts. See https://developers.facebook.com/docs/graph-api/reference/user
---@param params? iggraph.User.accounts.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.Page
function User:accounts(params, opts) end

---GET /businesses. See https://developers.facebook.com/docs/graph-api/reference/user
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function User:businesses(params, opts) end

---@class iggraph.User.permissions.params: iggraph.params
---@field permission? string
---@field status? iggraph.value.status|string

---GET /permissions. See https://developers.facebook.com/docs/graph-api/reference/user
---@param params? iggraph.User.permissions.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function User:permissions(params, opts) end

---@class iggraph.User.revoke_permissions.params: iggraph.params
---@field permission? string

---DELETE /permissions. See https://developers.facebook.com/docs/graph-api/reference/user
---@param params? iggraph.User.revoke_permissions.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function User:revoke_permissions(params) end

---A handle of a node, made without a request. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media
---@class iggraph.IG_Media: iggraph.node
local IG_Media = {}

---The node itself.
---@param params? iggraph.params
---@return iggraph.data.IGMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:get(params) end

---GET /boost_ads_list. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/boost_ads_list
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGBoostMediaAd
function IG_Media:boost_ads_list(params, opts) end

---GET /branded_content_partner_promote. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/branded_content_partner_promote
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.BrandedContentShadowIGUserID
function IG_Media:branded_content_partner_promote(params, opts) end

---GET /children. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/children
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_Media:children(params, opts) end

---GET /collaborators. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/collaborators
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ShadowIGMediaCollaborators
function IG_Media:collaborators(params, opts) end

---GET /comments. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGComment
function IG_Media:comments(params, opts) end

---@class iggraph.IG_Media.create_comment.params: iggraph.params
---@field ad_id? string
---@field message string

---POST /comments. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments
---@param params iggraph.IG_Media.create_comment.params
---@return iggraph.data.IGComment?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:create_comment(params) end

---POST /partnership_ad_code. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/partnership_ad_code
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:create_partnership_ad_code(params) end

---DELETE /(the node). See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:delete(params) end

---DELETE /partnership_ad_code. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/partnership_ad_code
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:delete_partnership_ad_code(params) end

---POST /(the node). See https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media
---@param value boolean
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:enable_comments(value, params) end

---@class iggraph.IG_Media.insights.params: iggraph.params
---@field breakdown? iggraph.value.IG_Media.breakdown[]|string
---@field metric iggraph.value.IG_Media.metric[]|string
---@field period? iggraph.value.period[]|string

---GET /insights. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/insights
---@param params iggraph.IG_Media.insights.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.InstagramInsightsResult
function IG_Media:insights(params, opts) end

---GET /product_tags. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/product_tags
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ShadowIGMediaProductTags
function IG_Media:product_tags(params, opts) end

---@class iggraph.IG_Media.promote_branded_content_partner.params: iggraph.params
---@field permission boolean
---@field sponsor_id integer|string

---POST /branded_content_partner_promote. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/branded_content_partner_promote
---@param params iggraph.IG_Media.promote_branded_content_partner.params
---@return iggraph.data.BrandedContentShadowIGUserID?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:promote_branded_content_partner(params) end

---@class iggraph.IG_Media.update_product_tags.params: iggraph.params
---@field child_index? integer
---@field updated_tags table[]|string

---POST /product_tags. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/product_tags
---@param params iggraph.IG_Media.update_product_tags.params
---@return iggraph.data.ShadowIGMediaProductTags?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Media:update_product_tags(params) end

---A handle of a node, made without a request. See https://developers.facebook.com/docs/graph-api/reference/message
---@class iggraph.Message: iggraph.node
local Message = {}

---The node itself.
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Message:get(params) end

---A handle of a node, made without a request. See https://developers.facebook.com/docs/graph-api/reference/page
---@class iggraph.Page: iggraph.node
local Page = {}

---The node itself.
---@param params? iggraph.params
---@return iggraph.data.Page?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:get(params) end

---@class iggraph.Page.add_agency.params: iggraph.params
---@field business string
---@field permitted_tasks? iggraph.value.permitted_tasks[]|string

---POST /agencies. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params iggraph.Page.add_agency.params
---@return iggraph.data.Page?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:add_agency(params) end

---GET /agencies. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function Page:agencies(params, opts) end

---@class iggraph.Page.conversations.params: iggraph.params
---@field folder? string
---@field platform? iggraph.value.platform|string
---@field tags? string[]|string
---@field user_id? string

---GET /conversations. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.Page.conversations.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.UnifiedThread
function Page:conversations(params, opts) end

---@class iggraph.Page.create_message_attachment.params: iggraph.params
---@field message table
---@field platform? iggraph.value.platform|string

---POST /message_attachments. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params iggraph.Page.create_message_attachment.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:create_message_attachment(params) end

---POST /page_backed_instagram_accounts. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:create_page_backed_instagram_account(params) end

---@class iggraph.Page.delete_messenger_profile.params: iggraph.params
---@field fields iggraph.value.fields[]|string
---@field platform? iggraph.value.platform|string

---DELETE /messenger_profile. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params iggraph.Page.delete_messenger_profile.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:delete_messenger_profile(params) end

---GET /instagram_accounts. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGUser
function Page:instagram_accounts(params, opts) end

---GET /instagram_business_account. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:instagram_business_account(params) end

---@class iggraph.Page.messenger_profile.params: iggraph.params
---@field platform? iggraph.value.platform|string

---GET /messenger_profile. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.Page.messenger_profile.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function Page:messenger_profile(params, opts) end

---GET /page_backed_instagram_accounts. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGUser
function Page:page_backed_instagram_accounts(params, opts) end

---@class iggraph.Page.remove_agency.params: iggraph.params
---@field business string

---DELETE /agencies. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params iggraph.Page.remove_agency.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:remove_agency(params) end

---@class iggraph.Page.send_message.params: iggraph.params
---@field folder? iggraph.value.folder|string
---@field message? table
---@field messaging_type? iggraph.value.messaging_type|string
---@field notification_type? iggraph.value.notification_type|string
---@field payload? string
---@field persona_id? string
---@field recipient table
---@field reply_to? table
---@field sender_action? iggraph.value.sender_action|string
---@field suggestion_action? string
---@field tag? table
---@field thread_control? table

---POST /messages. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params iggraph.Page.send_message.params
---@return iggraph.data.Page?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:send_message(params) end

---@class iggraph.Page.set_messenger_profile.params: iggraph.params
---@field account_linking_url? string
---@field commands? table[]|string
---@field description? table[]|string
---@field get_started? table
---@field ice_breakers? table[]|string
---@field persistent_menu? table[]|string
---@field platform? iggraph.value.platform|string
---@field whitelisted_domains? string[]|string

---POST /messenger_profile. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.Page.set_messenger_profile.params
---@return iggraph.data.Page?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:set_messenger_profile(params) end

---@class iggraph.Page.subscribe_app.params: iggraph.params
---@field subscribed_fields iggraph.value.subscribed_fields[]|string

---POST /subscribed_apps. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params iggraph.Page.subscribe_app.params
---@return iggraph.data.Page?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:subscribe_app(params) end

---GET /subscribed_apps. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function Page:subscribed_apps(params, opts) end

---DELETE /subscribed_apps. See https://developers.facebook.com/docs/graph-api/reference/page
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Page:unsubscribe_app(params) end

---A handle of a node, made without a request. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/upcoming_events
---@class iggraph.IG_Upcoming_Event: iggraph.node
local IG_Upcoming_Event = {}

---The node itself.
---@param params? iggraph.params
---@return iggraph.data.IGUpcomingEvent?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Upcoming_Event:get(params) end

---@class iggraph.IG_Upcoming_Event.update.params: iggraph.params
---@field end_time? integer|string
---@field notification_subtypes? iggraph.value.notification_subtypes[]|string
---@field notification_target_time? iggraph.value.notification_target_time|string
---@field start_time integer|string
---@field title string

---POST /(the node). See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/upcoming_events
---@param params iggraph.IG_Upcoming_Event.update.params
---@return iggraph.data.IGUpcomingEvent?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_Upcoming_Event:update(params) end

---A handle of a node, made without a request. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user
---@class iggraph.IG_User: iggraph.node
local IG_User = {}

---The node itself.
---@param params? iggraph.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:get(params) end

---GET /agencies. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/agencies
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:agencies(params, opts) end

---@class iggraph.IG_User.answer_collaboration_invite.params: iggraph.params
---@field accept boolean
---@field media_id string

---POST /collaboration_invites. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/collaboration_invites
---@param params iggraph.IG_User.answer_collaboration_invite.params
---@return iggraph.data.ShadowIGUserCollaborationInvites?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:answer_collaboration_invite(params) end

---@class iggraph.IG_User.appeal_product.params: iggraph.params
---@field appeal_reason string
---@field product_id string

---POST /product_appeal. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/product_appeal
---@param params iggraph.IG_User.appeal_product.params
---@return iggraph.data.IGShoppingProductAppeal?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:appeal_product(params) end

---@class iggraph.IG_User.approve_branded_content_tags.params: iggraph.params
---@field user_ids (integer|string)[]|string

---POST /branded_content_tag_approval. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/branded_content_tag_approval
---@param params iggraph.IG_User.approve_branded_content_tags.params
---@return iggraph.data.BrandedContentShadowIGUserID?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:approve_branded_content_tags(params) end

---@class iggraph.IG_User.authorize_adaccount.params: iggraph.params
---@field account_id string
---@field business string

---POST /authorized_adaccounts. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/authorized_adaccounts
---@param params iggraph.IG_User.authorize_adaccount.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:authorize_adaccount(params) end

---@class iggraph.IG_User.authorized_adaccounts.params: iggraph.params
---@field business string

---GET /authorized_adaccounts. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/authorized_adaccounts
---@param params iggraph.IG_User.authorized_adaccounts.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:authorized_adaccounts(params, opts) end

---GET /available_catalogs. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/available_catalogs
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.UserAvailableCatalogs
function IG_User:available_catalogs(params, opts) end

---@class iggraph.IG_User.branded_content_ad_permissions.params: iggraph.params
---@field creator_username? string

---GET /branded_content_ad_permissions. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/branded_content_ad_permissions
---@param params? iggraph.IG_User.branded_content_ad_permissions.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGBCAdsPermission
function IG_User:branded_content_ad_permissions(params, opts) end

---@class iggraph.IG_User.branded_content_advertisable_medias.params: iggraph.params
---@field ad_code? string
---@field creator_username? string
---@field media_relationship? iggraph.value.media_relationship[]|string
---@field only_fetch_allowlisted? boolean
---@field only_fetch_recommended_content? boolean
---@field permalinks? string[]|string

---GET /branded_content_advertisable_medias. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/branded_content_advertisable_medias
---@param params? iggraph.IG_User.branded_content_advertisable_medias.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.BrandedContentShadowIGMediaID
function IG_User:branded_content_advertisable_medias(params, opts) end

---@class iggraph.IG_User.branded_content_tag_approval.params: iggraph.params
---@field user_ids (integer|string)[]|string

---GET /branded_content_tag_approval. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/branded_content_tag_approval
---@param params iggraph.IG_User.branded_content_tag_approval.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.BrandedContentShadowIGUserID
function IG_User:branded_content_tag_approval(params, opts) end

---GET /business_discovery. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/business_discovery
---@param username string
---@param fields? string|table
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:business_discovery(username, fields) end

---@class iggraph.IG_User.business_messaging_feature_status.params: iggraph.params
---@field feature string

---GET /business_messaging_feature_status. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/business_messaging_feature_status
---@param params iggraph.IG_User.business_messaging_feature_status.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:business_messaging_feature_status(params, opts) end

---@class iggraph.IG_User.catalog_product_search.params: iggraph.params
---@field catalog_id string
---@field q? string

---GET /catalog_product_search. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/catalog_product_search
---@param params iggraph.IG_User.catalog_product_search.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ShadowIGUserCatalogProductSearch
function IG_User:catalog_product_search(params, opts) end

---GET /collaboration_invites. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/collaboration_invites
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ShadowIGUserCollaborationInvites
function IG_User:collaboration_invites(params, opts) end

---GET /collaborative_media. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/collaborative_media
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ShadowIGUserCollaborativeMedia
function IG_User:collaborative_media(params, opts) end

---GET /connected_threads_user. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/connected_threads_user
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:connected_threads_user(params, opts) end

---@class iggraph.IG_User.content_publishing_limit.params: iggraph.params
---@field since? integer|string

---GET /content_publishing_limit. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/content_publishing_limit
---@param params? iggraph.IG_User.content_publishing_limit.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ContentPublishingLimitResponse
function IG_User:content_publishing_limit(params, opts) end

---@class iggraph.IG_User.conversations.params: iggraph.params
---@field folder? string
---@field platform? iggraph.value.platform|string
---@field tags? string[]|string
---@field user_id? string

---GET /conversations. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/conversations
---@param params? iggraph.IG_User.conversations.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.UnifiedThread
function IG_User:conversations(params, opts) end

---@class iggraph.IG_User.create_branded_content_ad_permission.params: iggraph.params
---@field creator_instagram_account? string
---@field creator_instagram_username? string
---@field revoke? boolean

---POST /branded_content_ad_permissions. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/branded_content_ad_permissions
---@param params? iggraph.IG_User.create_branded_content_ad_permission.params
---@return iggraph.data.IGBCAdsPermission?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_branded_content_ad_permission(params) end

---@class iggraph.IG_User.create_dataset.params: iggraph.params
---@field dataset_name? string

---POST /dataset. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/dataset
---@param params? iggraph.IG_User.create_dataset.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_dataset(params) end

---POST /instagram_backed_threads_user. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/instagram_backed_threads_user
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_instagram_backed_threads_user(params) end

---@class iggraph.IG_User.create_media.params: iggraph.params
---@field alt_text? string
---@field audio_name? string
---@field caption? string
---@field children? string[]|string
---@field collaborators? string[]|string
---@field cover_url? string
---@field image_url? string
---@field is_carousel_item? boolean
---@field location_id? string
---@field media_type? string
---@field product_tags? table[]|string
---@field share_to_feed? boolean
---@field thumb_offset? string
---@field trial_params? table
---@field upload_type? string
---@field user_tags? table[]|string
---@field video_url? string

---POST /media. See https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
---@param params? iggraph.IG_User.create_media.params
---@return iggraph.data.IGMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_media(params) end

---@class iggraph.IG_User.create_message_attachment.params: iggraph.params
---@field message table

---POST /messageattachments. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/messageattachments
---@param params iggraph.IG_User.create_message_attachment.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_message_attachment(params) end

---@class iggraph.IG_User.create_upcoming_event.params: iggraph.params
---@field end_time? integer|string
---@field notification_subtypes? iggraph.value.notification_subtypes[]|string
---@field start_time integer|string
---@field title string

---POST /upcoming_events. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/upcoming_events
---@param params iggraph.IG_User.create_upcoming_event.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_upcoming_event(params) end

---@class iggraph.IG_User.create_welcome_message_flow.params: iggraph.params
---@field eligible_platforms? iggraph.value.eligible_platforms[]|string
---@field flow_id? string
---@field name? string
---@field welcome_message_flow? table[]|string

---POST /welcome_message_flows. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/welcome_message_flows
---@param params? iggraph.IG_User.create_welcome_message_flow.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:create_welcome_message_flow(params) end

---@class iggraph.IG_User.creator_marketplace_creators.params: iggraph.params
---@field creator_age_bucket? table[]|string
---@field creator_countries? string[]|string
---@field creator_follower_growth? table
---@field creator_gender? iggraph.value.creator_gender[]|string
---@field creator_interests? table[]|string
---@field creator_latest_post_activity? table
---@field creator_max_engaged_accounts? integer
---@field creator_max_followers? integer
---@field creator_min_engaged_accounts? integer
---@field creator_min_followers? integer
---@field has_public_contact_email? boolean
---@field major_audience_age_bucket? table[]|string
---@field major_audience_countries? string[]|string
---@field major_audience_device_type? table[]|string
---@field major_audience_gender? iggraph.value.major_audience_gender[]|string
---@field query? string
---@field reels_interaction_rate? table
---@field show_onboarded_creators_only? boolean
---@field similar_to_creators? string[]|string
---@field username? string
---@field usernames? string[]|string

---GET /creator_marketplace_creators. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/creator_marketplace_creators
---@param params? iggraph.IG_User.creator_marketplace_creators.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:creator_marketplace_creators(params, opts) end

---GET /dataset. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/dataset
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:dataset(params, opts) end

---@class iggraph.IG_User.delete_messenger_profile.params: iggraph.params
---@field fields iggraph.value.fields[]|string

---DELETE /messenger_profile. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/messenger_profile
---@param params iggraph.IG_User.delete_messenger_profile.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:delete_messenger_profile(params) end

---@class iggraph.IG_User.delete_welcome_message_flow.params: iggraph.params
---@field flow_id? string

---DELETE /welcome_message_flows. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/welcome_message_flows
---@param params? iggraph.IG_User.delete_welcome_message_flow.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:delete_welcome_message_flow(params) end

---@class iggraph.IG_User.insights.params: iggraph.params
---@field breakdown? iggraph.value.IG_User.breakdown[]|string
---@field metric iggraph.value.IG_User.metric[]|string
---@field metric_type? iggraph.value.metric_type|string
---@field period iggraph.value.period[]|string
---@field since? integer|string
---@field timeframe? iggraph.value.timeframe|string
---@field until? integer|string

---GET /insights. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/insights
---@param params iggraph.IG_User.insights.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.InstagramInsightsResult
function IG_User:insights(params, opts) end

---GET /instagram_backed_threads_user. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/instagram_backed_threads_user
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:instagram_backed_threads_user(params, opts) end

---@class iggraph.IG_User.like.params: iggraph.params
---@field comment_id? string
---@field media_id? string

---POST /likes. See https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/likes
---@param params iggraph.IG_User.like.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:like(params) end

---@class iggraph.IG_User.live_media.params: iggraph.params
---@field since? integer|string
---@field until? integer|string

---GET /live_media. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/live_media
---@param params? iggraph.IG_User.live_media.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_User:live_media(params, opts) end

---@class iggraph.IG_User.media.params: iggraph.params
---@field since? integer|string
---@field until? integer|string

---GET /media. See https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
---@param params? iggraph.IG_User.media.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_User:media(params, opts) end

---@class iggraph.IG_User.mediapublish.params: iggraph.params
---@field creation_id integer|string

---POST /mediapublish. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mediapublish
---@param params iggraph.IG_User.mediapublish.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:mediapublish(params) end

---@class iggraph.IG_User.mention.params: iggraph.params
---@field comment_id? string
---@field media_id string
---@field message string

---POST /mentions. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentions
---@param params iggraph.IG_User.mention.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:mention(params) end

---GET /mentioned_comment. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment
---@param comment_id string
---@param fields? string|table
---@return iggraph.data.IGComment?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:mentioned_comment(comment_id, fields) end

---GET /mentioned_media. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_media
---@param media_id string
---@param fields? string|table
---@return iggraph.data.IGMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:mentioned_media(media_id, fields) end

---GET /messenger_profile. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/messenger_profile
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:messenger_profile(params, opts) end

---@class iggraph.IG_User.moderate_conversations.params: iggraph.params
---@field actions iggraph.value.actions[]|string
---@field user_ids table[]|string

---POST /moderate_conversations. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/moderate_conversations
---@param params iggraph.IG_User.moderate_conversations.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:moderate_conversations(params) end

---GET /notification_message_tokens. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/notification_message_tokens
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:notification_message_tokens(params, opts) end

---@class iggraph.IG_User.product_appeal.params: iggraph.params
---@field product_id string

---GET /product_appeal. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/product_appeal
---@param params iggraph.IG_User.product_appeal.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGShoppingProductAppeal
function IG_User:product_appeal(params, opts) end

---@class iggraph.IG_User.publish_media.params: iggraph.params
---@field creation_id integer|string

---POST /media_publish. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media_publish
---@param params iggraph.IG_User.publish_media.params
---@return iggraph.data.IGMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:publish_media(params) end

---GET /recently_searched_hashtags. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/recently_searched_hashtags
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGHashtag
function IG_User:recently_searched_hashtags(params, opts) end

---@class iggraph.IG_User.revoke_branded_content_tags.params: iggraph.params
---@field user_ids (integer|string)[]|string

---DELETE /branded_content_tag_approval. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/branded_content_tag_approval
---@param params iggraph.IG_User.revoke_branded_content_tags.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:revoke_branded_content_tags(params) end

---GET /scheduled_media. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/scheduled_media
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.ShadowIGScheduledMedia
function IG_User:scheduled_media(params, opts) end

---@class iggraph.IG_User.send_message.params: iggraph.params
---@field folder? iggraph.value.folder|string
---@field message? table
---@field messaging_type? iggraph.value.messaging_type|string
---@field payload? string
---@field recipient? table
---@field reply_to? table
---@field sender_action? iggraph.value.sender_action|string
---@field tag? table
---@field thread_control? table

---POST /messages. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/messages
---@param params? iggraph.IG_User.send_message.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:send_message(params) end

---@class iggraph.IG_User.set_business_messaging_feature_status.params: iggraph.params
---@field features table[]|string

---POST /business_messaging_feature_status. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/business_messaging_feature_status
---@param params iggraph.IG_User.set_business_messaging_feature_status.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:set_business_messaging_feature_status(params) end

---@class iggraph.IG_User.set_messenger_profile.params: iggraph.params
---@field ice_breakers? table[]|string
---@field persistent_menu? table[]|string

---POST /messenger_profile. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/messenger_profile
---@param params? iggraph.IG_User.set_messenger_profile.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:set_messenger_profile(params) end

---GET /stories. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/stories
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_User:stories(params, opts) end

---@class iggraph.IG_User.subscribe_app.params: iggraph.params
---@field subscribed_fields iggraph.value.subscribed_fields[]|string

---POST /subscribed_apps. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/subscribed_apps
---@param params iggraph.IG_User.subscribe_app.params
---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:subscribe_app(params) end

---GET /subscribed_apps. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/subscribed_apps
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:subscribed_apps(params, opts) end

---GET /tags. See https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/tags
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGMedia
function IG_User:tags(params, opts) end

---@class iggraph.IG_User.unlike.params: iggraph.params
---@field comment_id? string
---@field media_id? string

---DELETE /likes. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/likes
---@param params iggraph.IG_User.unlike.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:unlike(params) end

---DELETE /subscribed_apps. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/subscribed_apps
---@param params? iggraph.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IG_User:unsubscribe_app(params) end

---GET /upcoming_events. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/upcoming_events
---@param params? iggraph.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor.IGUpcomingEvent
function IG_User:upcoming_events(params, opts) end

---@class iggraph.IG_User.welcome_message_flows.params: iggraph.params
---@field app_id? string
---@field flow_id? string

---GET /welcome_message_flows. See
---https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/welcome_message_flows
---@param params? iggraph.IG_User.welcome_message_flows.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function IG_User:welcome_message_flows(params, opts) end

User.add_agency = Page.add_agency
User.agencies = Page.agencies
User.conversations = Page.conversations
User.create_page_backed_instagram_account = Page.create_page_backed_instagram_account
User.delete_messenger_profile = Page.delete_messenger_profile
User.instagram_accounts = Page.instagram_accounts
User.instagram_business_account = Page.instagram_business_account
User.messenger_profile = Page.messenger_profile
User.page_backed_instagram_accounts = Page.page_backed_instagram_accounts
User.remove_agency = Page.remove_agency
User.send_message = Page.send_message
User.set_messenger_profile = Page.set_messenger_profile
User.subscribe_app = Page.subscribe_app
User.subscribed_apps = Page.subscribed_apps
User.unsubscribe_app = Page.unsubscribe_app
User.answer_collaboration_invite = IG_User.answer_collaboration_invite
User.appeal_product = IG_User.appeal_product
User.approve_branded_content_tags = IG_User.approve_branded_content_tags
User.authorize_adaccount = IG_User.authorize_adaccount
User.authorized_adaccounts = IG_User.authorized_adaccounts
User.available_catalogs = IG_User.available_catalogs
User.branded_content_ad_permissions = IG_User.branded_content_ad_permissions
User.branded_content_advertisable_medias = IG_User.branded_content_advertisable_medias
User.branded_content_tag_approval = IG_User.branded_content_tag_approval
User.business_discovery = IG_User.business_discovery
User.business_messaging_feature_status = IG_User.business_messaging_feature_status
User.catalog_product_search = IG_User.catalog_product_search
User.collaboration_invites = IG_User.collaboration_invites
User.collaborative_media = IG_User.collaborative_media
User.connected_threads_user = IG_User.connected_threads_user
User.content_publishing_limit = IG_User.content_publishing_limit
User.create_branded_content_ad_permission = IG_User.create_branded_content_ad_permission
User.create_dataset = IG_User.create_dataset
User.create_instagram_backed_threads_user = IG_User.create_instagram_backed_threads_user
User.create_media = IG_User.create_media
User.create_upcoming_event = IG_User.create_upcoming_event
User.create_welcome_message_flow = IG_User.create_welcome_message_flow
User.creator_marketplace_creators = IG_User.creator_marketplace_creators
User.dataset = IG_User.dataset
User.delete_welcome_message_flow = IG_User.delete_welcome_message_flow
User.insights = IG_User.insights
User.instagram_backed_threads_user = IG_User.instagram_backed_threads_user
User.like = IG_User.like
User.live_media = IG_User.live_media
User.media = IG_User.media
User.mediapublish = IG_User.mediapublish
User.mention = IG_User.mention
User.mentioned_comment = IG_User.mentioned_comment
User.mentioned_media = IG_User.mentioned_media
User.moderate_conversations = IG_User.moderate_conversations
User.notification_message_tokens = IG_User.notification_message_tokens
User.product_appeal = IG_User.product_appeal
User.publish_media = IG_User.publish_media
User.recently_searched_hashtags = IG_User.recently_searched_hashtags
User.revoke_branded_content_tags = IG_User.revoke_branded_content_tags
User.scheduled_media = IG_User.scheduled_media
User.set_business_messaging_feature_status = IG_User.set_business_messaging_feature_status
User.stories = IG_User.stories
User.tags = IG_User.tags
User.unlike = IG_User.unlike
User.upcoming_events = IG_User.upcoming_events
User.welcome_message_flows = IG_User.welcome_message_flows

---@class iggraph.client.ig_audio.params: iggraph.params
---@field audio_type string

---GET /ig_audio. See https://developers.facebook.com/docs/instagram-platform
---@param params iggraph.client.ig_audio.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function client:ig_audio(params, opts) end

---@class iggraph.client.ig_hashtag_search.params: iggraph.params
---@field q string
---@field user_id string

---GET /ig_hashtag_search. See https://developers.facebook.com/docs/instagram-platform
---@param params iggraph.client.ig_hashtag_search.params
---@param opts? iggraph.cursor.options
---@return iggraph.cursor
function client:ig_hashtag_search(params, opts) end

---@class iggraph.client.instagram_oembed.params: iggraph.params
---@field url string

---GET /instagram_oembed. See https://developers.facebook.com/docs/instagram-platform
---@param params iggraph.client.instagram_oembed.params
---@return table?
---@return iggraph.error? err
---@return iggraph.kind? kind
function client:instagram_oembed(params) end

---@param id string
---@return iggraph.IG_Audio
function client:audio(id) end

---@param id string
---@return iggraph.Business
function client:business(id) end

---@param id string
---@return iggraph.IG_Comment
function client:comment(id) end

---@param id string
---@return iggraph.IG_Container
function client:container(id) end

---@param id string
---@return iggraph.Conversation
function client:conversation(id) end

---@param id string
---@return iggraph.IG_Hashtag
function client:hashtag(id) end

---@return iggraph.User
function client:me() end

---@param id string
---@return iggraph.IG_Media
function client:media(id) end

---@param id string
---@return iggraph.Message
function client:message(id) end

---@param id string
---@return iggraph.Page
function client:page(id) end

---@param id string
---@return iggraph.IG_Upcoming_Event
function client:upcoming_event(id) end

---@param id string
---@return iggraph.IG_User
function client:user(id) end

---@class iggraph.insights
local insights = {}

---Flattens insights: `values` over time, and `total_value` with its breakdowns. A total comes as a row without
---dimensions, before those of its breakdown. What the Graph left out is no row; a zero is one.
---@param result table|iggraph.cursor what `insights` gave: the cursor, a page, a list of entries, or one entry
---@return iggraph.row[]? # list of `{ name, period, end_time, value, dimensions }`
---@return iggraph.error? err
---@return iggraph.kind? kind
function insights.rows(result) end

---@class iggraph.login
local login = {}

---What to do about a failure: what the person, or the program, has to do, by code and subcode. The text of the error
---says it, too, behind all else. See <https://developers.facebook.com/docs/graph-api/guides/error-handling>.
---@param err iggraph.error of a call; of the kinds `"auth"` and `"permission"`
---@return string? # nil where nothing is known
function login.advice(err) end

---@class iggraph.login.app_token.options: iggraph.login.settings
---@field client_id string
---@field client_secret string

---@class iggraph.login.app_token.result
---@field access_token? string
---@field token_type? string

---The token of the app itself. See
---<https://developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens>.
---@param options iggraph.login.app_token.options
---@return iggraph.login.app_token.result? # `{ access_token, token_type }`, or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.app_token(options) end

---@class iggraph.login.client_code.options: iggraph.login.settings
---@field client_id string
---@field client_secret string
---@field redirect_uri string
---@field access_token string a long-lived one

---@class iggraph.login.client_code.result
---@field code? string

---A code with which a program on the person's machine gets a long-lived token of its own, without the secret. See
---<https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived#get-code>.
---@param options iggraph.login.client_code.options
---@return iggraph.login.client_code.result? # `{ code }` for `exchange_code`, or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.client_code(options) end

---@class iggraph.login.debug_token.options: iggraph.login.settings
---@field input_token string the token in question
---@field access_token string of the app, or of one of its developers; else `client_id` and `client_secret`
---@field client_id? string
---@field client_secret? string

---@class iggraph.login.debug_token.result
---@field app_id? string
---@field type? string
---@field is_valid? boolean
---@field scopes? string[]
---@field expires_at? integer
---@field user_id? string

---What a token is. See <https://developers.facebook.com/docs/graph-api/reference/debug_token>.
---@param options iggraph.login.debug_token.options
---@return iggraph.login.debug_token.result? # `{ app_id, type, is_valid, scopes, expires_at (Unix seconds, 0: never)
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.debug_token(options) end

---@class iggraph.login.device_start.options: iggraph.login.settings
---@field client_id string
---@field client_token string of the app, from its settings; not its secret
---@field scope string|table permissions, comma-separated or a list
---@field redirect_uri? string

---@class iggraph.login.device_start.result
---@field code? string
---@field user_code? string
---@field verification_uri? string
---@field expires_in? integer
---@field interval? integer

---Begins a login: show the person `user_code` and `verification_uri`, and call `device_wait`. See
---<https://developers.facebook.com/docs/facebook-login/for-devices>.
---@param options iggraph.login.device_start.options and those of `iggraph.new` that `exchange_code` takes
---@return iggraph.login.device_start.result? # `{ code, user_code, verification_uri, expires_in (seconds)
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.device_start(options) end

---@class iggraph.login.device_wait.options: iggraph.login.settings
---@field client_id? string
---@field client_token? string
---is called before each pause, with the seconds that the code is still good for; nil where the server has not said:
---then only it can end the wait
---@field on_wait? function

---@class iggraph.login.device_wait.result
---@field access_token? string
---@field expires_in? integer
---@field data_access_expiration_time? integer

---Waits until the person has answered, asking every `interval` seconds; in a coroutine its host goes on meanwhile. It
---goes on after failures of the network and of servers, and more slowly where it is told that it asks too often.
---@param device table what `device_start` gave, or a copy of it
---@param options? iggraph.login.device_wait.options over those of `device_start`
---@return iggraph.login.device_wait.result? # `{ access_token, expires_in (seconds)
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.device_wait(device, options) end

---@class iggraph.login.exchange_code.options: iggraph.login.settings
---@field client_id string
---@field client_secret string the app secret; may be missing where `machine_id` is given
---@field redirect_uri string exactly the one that the dialog got
---@field code string
---@field machine_id? string for a code of `client_code`

---@class iggraph.login.exchange_code.result
---@field access_token? string
---@field token_type? string
---@field expires_in? integer

---Exchanges the code of a redirect for a token of the User. A code is good once, for some minutes. See
---<https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow#exchangecode>. All of these calls
---take `version`, `base_url`, `ca_file`, `timeout`, `connect_timeout` and `host` as well, as of `iggraph.new`, and
---raise for an option that is unknown, missing or wrong.
---@param options iggraph.login.exchange_code.options
---@return iggraph.login.exchange_code.result? # `{ access_token, token_type, expires_in (seconds) }` as sent, or `nil
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.exchange_code(options) end

---@class iggraph.login.instagram_exchange.options: iggraph.login.settings
---@field client_id string the Instagram app's id
---@field client_secret string the Instagram app's secret
---@field redirect_uri string exactly the one that the dialog got
---@field code string

---@class iggraph.login.instagram_exchange.result
---@field access_token? string
---@field user_id? string
---@field permissions? string[]

---Exchanges the code of a redirect for a token that lives an hour. See
---<https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>.
---@param options iggraph.login.instagram_exchange.options and those of `iggraph.new` that `exchange_code` takes
---@return iggraph.login.instagram_exchange.result? # `{ access_token, user_id (string), permissions (list
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.instagram_exchange(options) end

---@class iggraph.login.instagram_long_lived.options: iggraph.login.settings
---@field client_secret string
---@field access_token string the one that lives an hour

---@class iggraph.login.instagram_long_lived.result
---@field access_token? string
---@field token_type? string
---@field expires_in? integer

---Exchanges a token for one that lives 60 days.
---@param options iggraph.login.instagram_long_lived.options
---@return iggraph.login.instagram_long_lived.result? # `{ access_token, token_type, expires_in (seconds) }`, or `nil
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.instagram_long_lived(options) end

---@class iggraph.login.instagram_refresh.options: iggraph.login.settings
---@field access_token string

---@class iggraph.login.instagram_refresh.result
---@field access_token? string
---@field token_type? string
---@field expires_in? integer
---@field permissions? string[]

---Renews such a token, for 60 days from now: it must be a day old, and not expired.
---@param options iggraph.login.instagram_refresh.options
---@return iggraph.login.instagram_refresh.result? # `{ access_token, token_type, expires_in (seconds)
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.instagram_refresh(options) end

---@class iggraph.login.instagram_url.options
---@field client_id string the Instagram app's id
---@field redirect_uri string
---@field scope string|table permissions, comma-separated or a list
---@field state? string as of `url`
---@field response_type? string ("code")
---@field enable_fb_login? boolean whether one may log in by Facebook there
---@field force_reauth? boolean whether the person must log in anew
---@field dialog_url? string another host ("https://www.instagram.com")

---The address of the Instagram Login dialog. Costs no request. See
---<https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>.
---@param options iggraph.login.instagram_url.options
---@return string # the address
---@return string # the state; raises for an option that is unknown, missing or wrong
function login.instagram_url(options) end

---@class iggraph.login.keep.options
---@field client_id? string the app's id; required with Facebook Login
---@field client_secret? string with Facebook Login, where the client has no `app_secret`
---@field renew_before? number days before its end (7)
---where the token is kept and shared: as `iggraph.store` makes them. It holds the token in plain text, so that whoever
---reads it can act for the person: share it with nobody else. Else the client's `token_store`, else the memory of this
---process
---@field store? iggraph.store.any
---the token's name in the store; else one that is derived from the token that the client has now, and tells nothing of
---it. Programs that begin with different tokens of one person share by a name of their own. A client that begins with
---another token than the store's came from puts its own in its place
---@field key? string
---@field on_renew? function is told of each try to renew: a table like the result

---@class iggraph.login.keep.result
---@field expires_at? integer
---@field renewed? boolean
---@field error? iggraph.error

---Keeps a client's long-lived token good: looks now whether it has to be renewed, and from then on before the client's
---calls, when it is time. A token is renewed once for all that share a store: one gets its lock, the others take the
---new token over within seconds; calls that are under way go on with the old one. Clients made by `with_token` have
---tokens of their own: each wants its own `keep`; a Page's token of a long-lived one never expires, and needs none.
---
---By Facebook Login a token is exchanged
---(<https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>): a short-lived one
---becomes a long-lived one so. By Instagram Login (base_url graph.instagram.com, or a token that begins with "IG") a
---long-lived one is refreshed, which it can be from its second day on
---(<https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token>). Neither can be done with
---one that has expired. When it is time is told by this machine's clock.
---
---A renewal that fails is tried again after an hour; as long as the token is good it is no failure.
---@param client iggraph.client of `iggraph.new`
---@param options? iggraph.login.keep.options
---@return iggraph.login.keep.result? # `{ expires_at (Unix seconds; 0: never; nil: not known yet)
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.keep(client, options) end

---@class iggraph.login.long_lived.options: iggraph.login.settings
---@field client_id string
---@field client_secret string
---@field access_token string the short-lived one

---@class iggraph.login.long_lived.result
---@field access_token? string
---@field token_type? string
---@field expires_in? integer

---Exchanges a token for one that lives some 60 days. See
---<https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>.
---@param options iggraph.login.long_lived.options
---@return iggraph.login.long_lived.result? # `{ access_token, token_type, expires_in }`
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.long_lived(options) end

---@class iggraph.login.parse_redirect.result
---@field code? string
---@field state? string

---Reads what a dialog has led back to; costs no request.
---@param url string the whole address, or only its path and query, or only its query
---@param state string the one that `url` or `instagram_url` gave: required, and compared in constant time
---@return iggraph.login.parse_redirect.result? # `{ code, state }`, or with `response_type = "token"` `{ access_token
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.parse_redirect(url, state) end

---@class iggraph.login.permissions.options: iggraph.login.settings
---@field access_token string

---What the person has allowed. See <https://developers.facebook.com/docs/graph-api/reference/user/permissions>.
---@param options iggraph.login.permissions.options|iggraph.client a client of `iggraph.new`, or a table
---@return table? # `{ instagram_basic = "granted", … }`, others are `"declined"` or `"expired"`; or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.permissions(options) end

---The same for a long-lived token that is still good: a new one for 60 days from now.
---@param options iggraph.login.long_lived.options as of `long_lived`
---@return table # as from `long_lived`
function login.refresh(options) end

---@class iggraph.login.revoke.options: iggraph.login.settings
---@field access_token string
---@field permission? string all of them, if nil

---Takes one permission back, or all: then the app is removed from the person's account, and its tokens are no more. See
---<https://developers.facebook.com/docs/facebook-login/guides/permissions/request-revoke>.
---@param options iggraph.login.revoke.options|iggraph.client a client of `iggraph.new`, or a table
---@param permission? string the same, where the first argument is a client
---@return table? # `{ success = true }`, or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function login.revoke(options, permission) end

---@class iggraph.login.url.options
---@field client_id string the app's id
---@field redirect_uri string where it leads back to, exactly as the app's settings have it
---@field scope string|table permissions, comma-separated or a list; may be missing where `config_id` is given
---@field state? string comes back in the redirect; else a fresh one of 128 random bits
---@field response_type? string `"code"`, `"token"`, `"code token"` … ("code")
---@field display? string `"page"`, `"popup"`, `"touch"`
---@field extras? table such as `{ setup = { channel = "IG_API_ONBOARDING" } }`
---@field config_id? string of Facebook Login for Business
---@field auth_type? string `"rerequest"`, `"reauthenticate"`
---@field override_default_response_type? string
---@field version? string ("v26.0")
---@field dialog_url? string another host ("https://www.facebook.com")

---The address of the Facebook Login dialog, to be opened in the person's browser. Costs no request. See
---<https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow> and
---<https://developers.facebook.com/docs/instagram/business-login-for-instagram>.
---@param options iggraph.login.url.options
---@return string # the address
---@return string # the state, to be kept for `parse_redirect`; raises for an option that is unknown, missing or wrong
function login.url(options) end

---@class iggraph.store
local store = {}

---A store of this process: at most 10,000 keys. Where there are more, those go first that would be over soonest.
---@return iggraph.store.any # the store
function store.memory() end

---A store of all workers of one nginx.
---
---    lua_shared_dict iggraph 10m;   # in the http block
---
---Where it is full, nginx drops what was not used for the longest time. What is too large for all of it is kept by the
---worker alone, and that is said once in the error log. See
---<https://github.com/openresty/lua-nginx-module#ngxshareddict>.
---@param name string of the `lua_shared_dict`
---@return iggraph.store.any # the store; raises where there is none of that name
function store.ngx(name) end

---@class iggraph.store.redis.options
---@field host? string or a socket: `"unix:/run/redis/redis.sock"` ("127.0.0.1")
---@field port? number (6379)
---@field prefix? string before each key ("iggraph:")
---@field username? string
---@field password? string
---@field db? number (0)
---@field timeout? number seconds, for each call in all (1)
---@field retry_after? number seconds (5)
---gives a client of your own, connected, and where that is needed with password and database, or `nil, why`; called
---whenever one more is needed. Of a client are called `get(key)`, `del(key)`, `set(key, value)` and that with `"PX",
---milliseconds`, with `"NX"`, and with both; they may raise, or return nil or false and why. Where it has them also
---`set_timeout(milliseconds)`, `close()`, `set_keepalive(milliseconds, size)`
---@field connect? function

---A store of many machines: a Redis, through the client that the host has anyway. In nginx that is `resty.redis`, or
---`nginx.redis` as Debian has it (lua-nginx-redis): requests wait, the worker does not, and idle connections are in
---nginx's pool; `host` is an address there, or nginx needs a `resolver`. Elsewhere it is `redis` (lua-redis, with
---LuaSocket; Debian's is found by Lua 5.4, too), which **blocks**: a few 0.1 ms near by, up to `timeout` where Redis
---hangs, and as long as looking up a name takes. Where that is a fault, in Neovim or an event loop, give an address and
---a short `timeout`, or `connect`.
---
---Where Redis is out of reach, refuses the password or cannot serve, a store in memory stands in for it, and that is
---said once (stderr; in nginx its error log; in Neovim a notification). One call every `retry_after` seconds tries
---again; when Redis is back, that is said, too, and what was kept meanwhile is forgotten. In those phases of nginx that
---have no sockets (init, log, header and body filters) calls see only the store in memory.
---
---Its commands are GET, SET (PX, NX), DEL, AUTH and SELECT: Redis 2.6.12 or newer, or one of its kin. See
---<https://redis.io/docs/latest/commands/set/>.
---@param options? iggraph.store.redis.options
---@return iggraph.store.any # the store; raises for a mistake, and where the client cannot be loaded
function store.redis(options) end

---@class iggraph.webhook
local webhook = {}

---Answers the question with which Meta makes sure that a callback wants its events: a GET with `hub.mode`,
---`hub.verify_token` and `hub.challenge`.
---@param query string|table of the request's address: as it is, or its values by name, with dots or underscores
---@param verify_token string the one that was told to Meta; compared in constant time
---@return string? # the text to answer, as it is and as text/plain, with status 200; or `nil, err, kind`
---@return iggraph.error? err
---@return iggraph.kind? kind
function webhook.challenge(query, verify_token) end

---What a body tells, one event after the other, in its order.
---@param body string|table as it came, after `verify`; or decoded, by what keeps the digits of ids
---@return fun(): iggraph.event? # an iterator of `{ object, id, time, field, value }`: `object` is `"instagram"`
function webhook.events(body) end

---Whether a body was signed with the app's secret, and so comes from Meta. The digest is compared in constant time.
---@param secret string|table the app secret (with Instagram Login that of the Instagram app)
---@param raw_body string the bytes as they came: a body that was decoded and written anew differs (`\u00e9`, `\/`)
---@param header string|table the value of `X-Hub-Signature-256`, or all of its values; nil where it is missing
---@return boolean? # true; or `nil, err, kind`: `"auth"` for a signature of other bytes or of another secret
---@return iggraph.error? err
---@return iggraph.kind? kind
function webhook.verify(secret, raw_body, header) end

---@class iggraph
---@field _VERSION string The version of this module.
---@field null userdata JSON's `null`; it is true in a condition.
local iggraph = { insights = insights, login = login, store = store, webhook = webhook }

---What there is, as a text: nodes and flows, the edges of a node, the parameters of an edge and a call to begin with.
---@param topic? string nil: all; `"user"`: a node, as the client's method that makes its handle is called
---@return string
function iggraph.help(topic) end

---@class iggraph.map.options
---@field concurrency? number so many at a time (16)

---Calls a function for each item of a list, several at a time.
---@param list any[]
---@param fn function is called with the item and its index
---@param options? iggraph.map.options
---@return table # in the order of the list what `task:wait` would have given for each, packed: `{ n = 1, value }`
function iggraph.map(list, fn, options) end

---@class iggraph.new.options
---@field access_token string|false false: none, for what needs none, such as `instagram_oembed`
---@field version? string|false ("v26.0")
---@field base_url? string `http://` for loopback only ("https://graph.facebook.com")
---@field app_secret? string every call then carries `appsecret_proof`
---@field token_in? "header"|"query" or `"query"`, the guide's form ("header")
---@field timeout? number seconds for one try, from its start to the answer's end (60)
---@field connect_timeout? number seconds (10)
---@field max_response? number bytes of one answer, unpacked (33554432)
---@field ca_file? string certificates to trust, in place of the system's
---`{ attempts = 3, max_delay, deadline, on_retry }`: times in all; the longest wait in seconds (60, and any that an
---answer tells); seconds for a call with all of its attempts; is told `{ err, attempt, delay, reason }` before each
---wait, and ends it by returning false. `false`: no second attempt. nil: three attempts, none of them begun after
---`deadline`, or else `timeout`, seconds. GET and DELETE are tried again after what may pass, a POST only where it was
---surely not carried out
---@field retry? iggraph.retry|false
---@field deadline? number seconds for a call, its waits and its attempts; none, if nil
---calls are spread so that a rate limit is approached and not hit: from half of it on they wait for their turn (false)
---@field pace? boolean
---@field store? iggraph.store.any where the usage is shared with others: see `iggraph.store`. One app, one store
---@field token_store? iggraph.store.any where `iggraph.login.keep` has its tokens: one to be trusted with them
---is told `{ err, seconds, method, path, limit, percent }` when a limit was reached, or a call is to wait half a second
---or more for its turn; returns `"wait"` (within attempts and `deadline`) or `"raise"` (the call then gives `nil, err,
---"throttled"`), or nothing
---@field on_throttle? fun(one: iggraph.throttle.news): ("wait"|"raise")?
---@field on_request? fun(one: iggraph.request.news) is told `{ method, path, attempt }` of each request
---is told `{ method, path, attempt, status, kind, err, tries, connections, bytes, fbtrace_id, usage, times }` of each
---answer; `times` are `queue`, `connect`, `first_byte` and `total`, in seconds: until it could be sent without
---`connect`; name, connection and TLS, 0 over one that was there; from the start to the first byte, and to the end. A
---hook that fails is reported once
---@field on_response? fun(one: iggraph.response.news)
---how to wait: `"block"`, `"nvim"`, `"ngx"`, `"cqueues"`, `"luv"`, or a table of `wait(engine)` and `sleep(seconds)`;
---nil: as befits the code that makes a call
---@field host? "block"|"nvim"|"ngx"|"cqueues"|"luv"|iggraph.host

---Makes a client; costs no request.
---@param options iggraph.new.options
---@return iggraph.client # the client; raises for an unknown or wrong option and names it
function iggraph.new(options) end

---A value as a text for people. Tables are indented, with long texts, long lists and what is deep inside cut; what
---would change a terminal is escaped, and tokens in them are hidden. A cursor is a table of the items that are next:
---they are fetched if they are not there, and none is taken. A handle, an error or a client is one line.
---@param value any
---@param opts? table `all`: true cuts nothing; `width`: columns of a line (79)
---@return string
function iggraph.show(value, opts) end

---Runs a function beside what else goes on, in every host: until it first waits at once, then whenever its calls have
---their answers. In a plain script that is while anybody waits for anything, and a task that nobody refers to any more
---ends; in a loop it goes on by itself. (In cqueues it begins with the controller's next step.)
---@param fn function
---@param ... any its arguments
---@return iggraph.task
function iggraph.spawn(fn, ...) end

---What this runs on.
---@return table # `{ iggraph = "1.0.0", libcurl = "7.88.1", lua = "Lua 5.4" }`
function iggraph.versions() end

---@class iggraph.cursor.BrandedContentShadowIGMediaID: iggraph.cursor
---@overload fun(): iggraph.data.BrandedContentShadowIGMediaID?
local BrandedContentShadowIGMediaIDs = {}

---@return iggraph.data.BrandedContentShadowIGMediaID?
---@return iggraph.error? err
---@return iggraph.kind? kind
function BrandedContentShadowIGMediaIDs:next() end

---@class iggraph.cursor.BrandedContentShadowIGUserID: iggraph.cursor
---@overload fun(): iggraph.data.BrandedContentShadowIGUserID?
local BrandedContentShadowIGUserIDs = {}

---@return iggraph.data.BrandedContentShadowIGUserID?
---@return iggraph.error? err
---@return iggraph.kind? kind
function BrandedContentShadowIGUserIDs:next() end

---@class iggraph.cursor.ContentPublishingLimitResponse: iggraph.cursor
---@overload fun(): iggraph.data.ContentPublishingLimitResponse?
local ContentPublishingLimitResponses = {}

---@return iggraph.data.ContentPublishingLimitResponse?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ContentPublishingLimitResponses:next() end

---@class iggraph.cursor.IGBCAdsPermission: iggraph.cursor
---@overload fun(): iggraph.data.IGBCAdsPermission?
local IGBCAdsPermissions = {}

---@return iggraph.data.IGBCAdsPermission?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGBCAdsPermissions:next() end

---@class iggraph.cursor.IGBoostMediaAd: iggraph.cursor
---@overload fun(): iggraph.data.IGBoostMediaAd?
local IGBoostMediaAds = {}

---@return iggraph.data.IGBoostMediaAd?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGBoostMediaAds:next() end

---@class iggraph.cursor.IGComment: iggraph.cursor
---@overload fun(): iggraph.data.IGComment?
local IGComments = {}

---@return iggraph.data.IGComment?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGComments:next() end

---@class iggraph.cursor.IGHashtag: iggraph.cursor
---@overload fun(): iggraph.data.IGHashtag?
local IGHashtags = {}

---@return iggraph.data.IGHashtag?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGHashtags:next() end

---@class iggraph.cursor.IGMedia: iggraph.cursor
---@overload fun(): iggraph.data.IGMedia?
local IGMedias = {}

---@return iggraph.data.IGMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGMedias:next() end

---@class iggraph.cursor.IGShoppingProductAppeal: iggraph.cursor
---@overload fun(): iggraph.data.IGShoppingProductAppeal?
local IGShoppingProductAppeals = {}

---@return iggraph.data.IGShoppingProductAppeal?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGShoppingProductAppeals:next() end

---@class iggraph.cursor.IGUpcomingEvent: iggraph.cursor
---@overload fun(): iggraph.data.IGUpcomingEvent?
local IGUpcomingEvents = {}

---@return iggraph.data.IGUpcomingEvent?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGUpcomingEvents:next() end

---@class iggraph.cursor.IGUser: iggraph.cursor
---@overload fun(): iggraph.data.IGUser?
local IGUsers = {}

---@return iggraph.data.IGUser?
---@return iggraph.error? err
---@return iggraph.kind? kind
function IGUsers:next() end

---@class iggraph.cursor.InstagramInsightsResult: iggraph.cursor
---@overload fun(): iggraph.data.InstagramInsightsResult?
local InstagramInsightsResults = {}

---@return iggraph.data.InstagramInsightsResult?
---@return iggraph.error? err
---@return iggraph.kind? kind
function InstagramInsightsResults:next() end

---@class iggraph.cursor.Page: iggraph.cursor
---@overload fun(): iggraph.data.Page?
local Pages = {}

---@return iggraph.data.Page?
---@return iggraph.error? err
---@return iggraph.kind? kind
function Pages:next() end

---@class iggraph.cursor.ShadowIGMediaCollaborators: iggraph.cursor
---@overload fun(): iggraph.data.ShadowIGMediaCollaborators?
local ShadowIGMediaCollaboratorss = {}

---@return iggraph.data.ShadowIGMediaCollaborators?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ShadowIGMediaCollaboratorss:next() end

---@class iggraph.cursor.ShadowIGMediaProductTags: iggraph.cursor
---@overload fun(): iggraph.data.ShadowIGMediaProductTags?
local ShadowIGMediaProductTagss = {}

---@return iggraph.data.ShadowIGMediaProductTags?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ShadowIGMediaProductTagss:next() end

---@class iggraph.cursor.ShadowIGScheduledMedia: iggraph.cursor
---@overload fun(): iggraph.data.ShadowIGScheduledMedia?
local ShadowIGScheduledMedias = {}

---@return iggraph.data.ShadowIGScheduledMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ShadowIGScheduledMedias:next() end

---@class iggraph.cursor.ShadowIGUserCatalogProductSearch: iggraph.cursor
---@overload fun(): iggraph.data.ShadowIGUserCatalogProductSearch?
local ShadowIGUserCatalogProductSearchs = {}

---@return iggraph.data.ShadowIGUserCatalogProductSearch?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ShadowIGUserCatalogProductSearchs:next() end

---@class iggraph.cursor.ShadowIGUserCollaborationInvites: iggraph.cursor
---@overload fun(): iggraph.data.ShadowIGUserCollaborationInvites?
local ShadowIGUserCollaborationInvitess = {}

---@return iggraph.data.ShadowIGUserCollaborationInvites?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ShadowIGUserCollaborationInvitess:next() end

---@class iggraph.cursor.ShadowIGUserCollaborativeMedia: iggraph.cursor
---@overload fun(): iggraph.data.ShadowIGUserCollaborativeMedia?
local ShadowIGUserCollaborativeMedias = {}

---@return iggraph.data.ShadowIGUserCollaborativeMedia?
---@return iggraph.error? err
---@return iggraph.kind? kind
function ShadowIGUserCollaborativeMedias:next() end

---@class iggraph.cursor.UnifiedThread: iggraph.cursor
---@overload fun(): iggraph.data.UnifiedThread?
local UnifiedThreads = {}

---@return iggraph.data.UnifiedThread?
---@return iggraph.error? err
---@return iggraph.kind? kind
function UnifiedThreads:next() end

---@class iggraph.cursor.UserAvailableCatalogs: iggraph.cursor
---@overload fun(): iggraph.data.UserAvailableCatalogs?
local UserAvailableCatalogss = {}

---@return iggraph.data.UserAvailableCatalogs?
---@return iggraph.error? err
---@return iggraph.kind? kind
function UserAvailableCatalogss:next() end

---@class iggraph.cursor.account: iggraph.cursor
---@overload fun(): iggraph.account?
local accounts = {}

---@return iggraph.account?
---@return iggraph.error? err
---@return iggraph.kind? kind
function accounts:next() end

return iggraph

/* The Graph as a table: one row per edge. A row makes a method of the node's handle: a GET edge under its own
 * name, a write under a verb (lua/iggraph/nodes.lua says what each shape does). */
#include <string.h>

#include "iggraph.h"

#define NODE "" /* the node itself, in place of an edge */

static const struct {
  const char *node; /* type of the handle; "Graph" is the client itself */
  const char *name; /* the method */
  const char *method, *edge;
  const char *shape;    /* list: a cursor; value: the answer; flag: the same, with the one parameter as argument;
                           field: that member of the node; argument: the same, with an argument; insights: see nodes.lua */
  const char *required; /* parameters, comma between; a|b: one of the two */
} edges[] = {
    {"Graph", "ig_audio", "GET", "ig_audio", "list", "audio_type"},
    {"Graph", "ig_hashtag_search", "GET", "ig_hashtag_search", "list", "user_id,q"},
    {"Graph", "instagram_oembed", "GET", "instagram_oembed", "value", "url"},

    {"User", "accounts", "GET", "accounts", "list", ""},
    {"User", "businesses", "GET", "businesses", "list", ""},
    {"User", "permissions", "GET", "permissions", "list", ""},
    {"User", "revoke_permissions", "DELETE", "permissions", "value", ""},

    {"Business", "client_pages", "GET", "client_pages", "list", ""},
    {"Business", "owned_pages", "GET", "owned_pages", "list", ""},

    {"Page", "add_agency", "POST", "agencies", "value", "business"},
    {"Page", "agencies", "GET", "agencies", "list", ""},
    {"Page", "conversations", "GET", "conversations", "list", ""},
    {"Page", "create_message_attachment", "POST", "message_attachments", "value", "message"},
    {"Page", "create_page_backed_instagram_account", "POST", "page_backed_instagram_accounts", "value", ""},
    {"Page", "delete_messenger_profile", "DELETE", "messenger_profile", "value", "fields"},
    {"Page", "instagram_accounts", "GET", "instagram_accounts", "list", ""},
    {"Page", "instagram_business_account", "GET", "instagram_business_account", "field", ""},
    {"Page", "messenger_profile", "GET", "messenger_profile", "list", ""},
    {"Page", "page_backed_instagram_accounts", "GET", "page_backed_instagram_accounts", "list", ""},
    {"Page", "remove_agency", "DELETE", "agencies", "value", "business"},
    {"Page", "send_message", "POST", "messages", "value", "recipient"},
    {"Page", "set_messenger_profile", "POST", "messenger_profile", "value", ""},
    {"Page", "subscribe_app", "POST", "subscribed_apps", "value", "subscribed_fields"},
    {"Page", "subscribed_apps", "GET", "subscribed_apps", "list", ""},
    {"Page", "unsubscribe_app", "DELETE", "subscribed_apps", "value", ""},

    {"IG User", "agencies", "GET", "agencies", "list", ""},
    {"IG User", "answer_collaboration_invite", "POST", "collaboration_invites", "value", "accept,media_id"},
    {"IG User", "appeal_product", "POST", "product_appeal", "value", "appeal_reason,product_id"},
    {"IG User", "approve_branded_content_tags", "POST", "branded_content_tag_approval", "value", "user_ids"},
    {"IG User", "authorize_adaccount", "POST", "authorized_adaccounts", "value", "account_id,business"},
    {"IG User", "authorized_adaccounts", "GET", "authorized_adaccounts", "list", "business"},
    {"IG User", "available_catalogs", "GET", "available_catalogs", "list", ""},
    {"IG User", "branded_content_ad_permissions", "GET", "branded_content_ad_permissions", "list", ""},
    {"IG User", "branded_content_advertisable_medias", "GET", "branded_content_advertisable_medias", "list", ""},
    {"IG User", "branded_content_tag_approval", "GET", "branded_content_tag_approval", "list", "user_ids"},
    {"IG User", "business_discovery", "GET", "business_discovery", "argument", "username"},
    {"IG User", "business_messaging_feature_status", "GET", "business_messaging_feature_status", "list", "feature"},
    {"IG User", "catalog_product_search", "GET", "catalog_product_search", "list", "catalog_id"},
    {"IG User", "collaboration_invites", "GET", "collaboration_invites", "list", ""},
    {"IG User", "collaborative_media", "GET", "collaborative_media", "list", ""},
    {"IG User", "connected_threads_user", "GET", "connected_threads_user", "list", ""},
    {"IG User", "content_publishing_limit", "GET", "content_publishing_limit", "list", ""},
    {"IG User", "conversations", "GET", "conversations", "list", ""},
    {"IG User", "create_branded_content_ad_permission", "POST", "branded_content_ad_permissions", "value", ""},
    {"IG User", "create_dataset", "POST", "dataset", "value", ""},
    {"IG User", "create_instagram_backed_threads_user", "POST", "instagram_backed_threads_user", "value", ""},
    {"IG User", "create_media", "POST", "media", "value", ""},
    {"IG User", "create_message_attachment", "POST", "messageattachments", "value", "message"},
    {"IG User", "create_upcoming_event", "POST", "upcoming_events", "value", "start_time,title"},
    {"IG User", "create_welcome_message_flow", "POST", "welcome_message_flows", "value", ""},
    {"IG User", "creator_marketplace_creators", "GET", "creator_marketplace_creators", "list", ""},
    {"IG User", "dataset", "GET", "dataset", "list", ""},
    {"IG User", "delete_messenger_profile", "DELETE", "messenger_profile", "value", "fields"},
    {"IG User", "delete_welcome_message_flow", "DELETE", "welcome_message_flows", "value", ""},
    {"IG User", "insights", "GET", "insights", "insights", "metric,period"},
    {"IG User", "instagram_backed_threads_user", "GET", "instagram_backed_threads_user", "list", ""},
    {"IG User", "like", "POST", "likes", "value", "media_id|comment_id"},
    {"IG User", "live_media", "GET", "live_media", "list", ""},
    {"IG User", "media", "GET", "media", "list", ""},
    {"IG User", "mediapublish", "POST", "mediapublish", "value", "creation_id"},
    {"IG User", "mention", "POST", "mentions", "value", "media_id,message"},
    {"IG User", "mentioned_comment", "GET", "mentioned_comment", "argument", "comment_id"},
    {"IG User", "mentioned_media", "GET", "mentioned_media", "argument", "media_id"},
    {"IG User", "messenger_profile", "GET", "messenger_profile", "list", ""},
    {"IG User", "moderate_conversations", "POST", "moderate_conversations", "value", "actions,user_ids"},
    {"IG User", "notification_message_tokens", "GET", "notification_message_tokens", "list", ""},
    {"IG User", "product_appeal", "GET", "product_appeal", "list", "product_id"},
    {"IG User", "publish_media", "POST", "media_publish", "value", "creation_id"},
    {"IG User", "recently_searched_hashtags", "GET", "recently_searched_hashtags", "list", ""},
    {"IG User", "revoke_branded_content_tags", "DELETE", "branded_content_tag_approval", "value", "user_ids"},
    {"IG User", "scheduled_media", "GET", "scheduled_media", "list", ""},
    {"IG User", "send_message", "POST", "messages", "value", ""},
    {"IG User", "set_business_messaging_feature_status", "POST", "business_messaging_feature_status", "value",
     "features"},
    {"IG User", "set_messenger_profile", "POST", "messenger_profile", "value", ""},
    {"IG User", "stories", "GET", "stories", "list", ""},
    {"IG User", "subscribe_app", "POST", "subscribed_apps", "value", "subscribed_fields"},
    {"IG User", "subscribed_apps", "GET", "subscribed_apps", "list", ""},
    {"IG User", "tags", "GET", "tags", "list", ""},
    {"IG User", "unlike", "DELETE", "likes", "value", "media_id|comment_id"},
    {"IG User", "unsubscribe_app", "DELETE", "subscribed_apps", "value", ""},
    {"IG User", "upcoming_events", "GET", "upcoming_events", "list", ""},
    {"IG User", "welcome_message_flows", "GET", "welcome_message_flows", "list", ""},

    {"IG Media", "boost_ads_list", "GET", "boost_ads_list", "list", ""},
    {"IG Media", "branded_content_partner_promote", "GET", "branded_content_partner_promote", "list", ""},
    {"IG Media", "children", "GET", "children", "list", ""},
    {"IG Media", "collaborators", "GET", "collaborators", "list", ""},
    {"IG Media", "comments", "GET", "comments", "list", ""},
    {"IG Media", "create_comment", "POST", "comments", "value", "message"},
    {"IG Media", "create_partnership_ad_code", "POST", "partnership_ad_code", "value", ""},
    {"IG Media", "delete", "DELETE", NODE, "value", ""},
    {"IG Media", "delete_partnership_ad_code", "DELETE", "partnership_ad_code", "value", ""},
    {"IG Media", "enable_comments", "POST", NODE, "flag", "comment_enabled"},
    {"IG Media", "insights", "GET", "insights", "list", "metric"},
    {"IG Media", "product_tags", "GET", "product_tags", "list", ""},
    {"IG Media", "promote_branded_content_partner", "POST", "branded_content_partner_promote", "value",
     "permission,sponsor_id"},
    {"IG Media", "update_product_tags", "POST", "product_tags", "value", "updated_tags"},

    {"IG Comment", "delete", "DELETE", NODE, "value", ""},
    {"IG Comment", "hide", "POST", NODE, "flag", "hide"},
    {"IG Comment", "replies", "GET", "replies", "list", ""},
    {"IG Comment", "reply", "POST", "replies", "value", "message"},

    {"IG Hashtag", "recent_media", "GET", "recent_media", "list", "user_id"},
    {"IG Hashtag", "top_media", "GET", "top_media", "list", "user_id"},

    {"IG Upcoming Event", "update", "POST", NODE, "value", "start_time,title"},

    {"Conversation", "messages", "GET", "messages", "list", ""},
};

#define INSTAGRAM "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/"
#define FACEBOOK "https://developers.facebook.com/docs/graph-api/reference/"

/* The handles: the client's method that makes one (`me` takes no id), its node type, and the Graph's page on it.
 * Each reads itself by `get`. */
static const struct {
  const char *name, *node, *page;
} handles[] = {
    {"audio", "IG Audio", "https://developers.facebook.com/docs/instagram-platform/changelog"},
    {"business", "Business", "https://developers.facebook.com/docs/marketing-api/reference/business"},
    {"comment", "IG Comment", INSTAGRAM "ig-comment"},
    {"container", "IG Container", INSTAGRAM "ig-container"},
    {"conversation", "Conversation", FACEBOOK "conversation"},
    {"hashtag", "IG Hashtag", INSTAGRAM "ig-hashtag"},
    {"me", "User", FACEBOOK "user"},
    {"media", "IG Media", INSTAGRAM "ig-media"},
    {"message", "Message", FACEBOOK "message"},
    {"page", "Page", FACEBOOK "page"},
    {"upcoming_event", "IG Upcoming Event", INSTAGRAM "ig-user/upcoming_events"},
    {"user", "IG User", INSTAGRAM "ig-user"},
};

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/* graph.edges(node?) -> a list of the rows above: of one node type, or all */
static int graph_edges(lua_State *L) {
  const char *node = luaL_optstring(L, 1, NULL);
  int count = 0;
  lua_newtable(L);
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
    if (node != NULL && strcmp(edges[i].node, node) != 0) continue;
    lua_createtable(L, 0, 7); /* and what Lua makes of `required` */
    set_string(L, "node", edges[i].node);
    set_string(L, "name", edges[i].name);
    set_string(L, "method", edges[i].method);
    set_string(L, "edge", edges[i].edge);
    set_string(L, "shape", edges[i].shape);
    set_string(L, "required", edges[i].required);
    lua_rawseti(L, -2, ++count);
  }
  return 1;
}

/* graph.handles() -> a list of the rows above */
static int graph_handles(lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++) {
    lua_newtable(L);
    set_string(L, "name", handles[i].name);
    set_string(L, "node", handles[i].node);
    set_string(L, "page", handles[i].page);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

static const luaL_Reg graph_funcs[] = {
    {"edges", graph_edges}, {"handles", graph_handles}, {NULL, NULL}};

void ig_open_graph(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, graph_funcs, 0);
}

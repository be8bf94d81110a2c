--- The Graph as its own description has it: nodes, fields, edges, parameters and enumerations. For help, hints and the
-- documentation: no call depends on it, and it is loaded by none.
--
-- The facts come from the machine-readable API description that Meta publishes with its business SDK generator
-- (https://github.com/facebook/facebook-business-sdk-codegen, api_specs/specs, state of 2026-04-15). Types are that
-- description's own; an `int` that is an id can exceed 2^53.
--
-- * `nodes`: list of `{ node, host, fields, edges }`. `host` is "facebook" or "instagram", as in graph.<host>.com,
--   `fields` name -> type, `edges` a list of `{ method, edge, params, required, returns }`: `edge` is "" for the node
--   itself, `params` name -> type, `required` a list of names.
-- * `returns`: what the edges return where it is no node, name -> fields.
-- * `values`: list of `{ param, values }`; where parameters of one name differ also `node` and `host`.
-- @module iggraph.reference
local M = {}

M.nodes = {
  -- IG User
  {
    node = "IG User", host = "facebook",
    fields = {
      biography = "string", business_discovery = "IGUser", followers_count = "int", follows_count = "int",
      has_profile_pic = "bool", id = "string", ig_id = "int", is_published = "bool",
      legacy_instagram_user_id = "string", media_count = "int", mentioned_comment = "IGComment",
      mentioned_media = "IGMedia", name = "string", owner_business = "Business", profile_picture_url = "string",
      shopping_product_tag_eligibility = "bool", shopping_review_status = "string", username = "string",
      website = "string",
    },
    edges = {
      { method = "GET", edge = "agencies", params = {}, required = {}, returns = "Business" },
      {
        method = "GET", edge = "authorized_adaccounts",
        params = { business = "string" },
        required = { "business" }, returns = "AdAccount",
      },
      {
        method = "POST", edge = "authorized_adaccounts",
        params = { account_id = "string", business = "string" },
        required = { "account_id", "business" }, returns = "IGUser",
      },
      { method = "GET", edge = "available_catalogs", params = {}, required = {}, returns = "UserAvailableCatalogs" },
      {
        method = "GET", edge = "branded_content_ad_permissions",
        params = { creator_username = "string" },
        required = {}, returns = "IGBCAdsPermission",
      },
      {
        method = "POST", edge = "branded_content_ad_permissions",
        params = { creator_instagram_account = "string", creator_instagram_username = "string", revoke = "bool" },
        required = {}, returns = "IGBCAdsPermission",
      },
      {
        method = "GET", edge = "branded_content_advertisable_medias",
        params = {
          ad_code = "string", creator_username = "string", media_relationship = "list<enum>",
          only_fetch_allowlisted = "bool", only_fetch_recommended_content = "bool", permalinks = "list<string>",
        },
        required = {}, returns = "BrandedContentShadowIGMediaID",
      },
      {
        method = "DELETE", edge = "branded_content_tag_approval",
        params = { user_ids = "list<unsigned int>" },
        required = { "user_ids" }, returns = "Object",
      },
      {
        method = "GET", edge = "branded_content_tag_approval",
        params = { user_ids = "list<unsigned int>" },
        required = { "user_ids" }, returns = "BrandedContentShadowIGUserID",
      },
      {
        method = "POST", edge = "branded_content_tag_approval",
        params = { user_ids = "list<unsigned int>" },
        required = { "user_ids" }, returns = "BrandedContentShadowIGUserID",
      },
      {
        method = "POST", edge = "business_messaging_feature_status",
        params = { features = "list<map>" },
        required = { "features" }, returns = "IGUser",
      },
      {
        method = "GET", edge = "catalog_product_search",
        params = { catalog_id = "string", q = "string" },
        required = { "catalog_id" }, returns = "ShadowIGUserCatalogProductSearch",
      },
      {
        method = "GET", edge = "collaboration_invites",
        params = {},
        required = {}, returns = "ShadowIGUserCollaborationInvites",
      },
      {
        method = "POST", edge = "collaboration_invites",
        params = { accept = "bool", media_id = "string" },
        required = { "accept", "media_id" }, returns = "ShadowIGUserCollaborationInvites",
      },
      {
        method = "GET", edge = "collaborative_media",
        params = {},
        required = {}, returns = "ShadowIGUserCollaborativeMedia",
      },
      { method = "GET", edge = "connected_threads_user", params = {}, required = {}, returns = "ThreadsUser" },
      {
        method = "GET", edge = "content_publishing_limit",
        params = { since = "datetime" },
        required = {}, returns = "ContentPublishingLimitResponse",
      },
      {
        method = "GET", edge = "creator_marketplace_creators",
        params = {
          creator_age_bucket = "list<Object>", creator_countries = "list<enum>", creator_follower_growth = "Object",
          creator_gender = "list<enum>", creator_interests = "list<Object>", creator_latest_post_activity = "Object",
          creator_max_engaged_accounts = "unsigned int", creator_max_followers = "unsigned int",
          creator_min_engaged_accounts = "unsigned int", creator_min_followers = "unsigned int",
          has_public_contact_email = "bool", major_audience_age_bucket = "list<Object>",
          major_audience_countries = "list<enum>", major_audience_device_type = "list<Object>",
          major_audience_gender = "list<enum>", query = "string", reels_interaction_rate = "Object",
          show_onboarded_creators_only = "bool", similar_to_creators = "list<string>", username = "string",
          usernames = "list<string>",
        },
        required = {}, returns = "IGUserExportForCAM",
      },
      { method = "GET", edge = "dataset", params = {}, required = {}, returns = "Dataset" },
      { method = "POST", edge = "dataset", params = { dataset_name = "string" }, required = {}, returns = "Dataset" },
      {
        method = "GET", edge = "insights",
        params = {
          breakdown = "list<enum>", metric = "list<enum>", metric_type = "enum", period = "list<enum>",
          since = "datetime", timeframe = "enum", ["until"] = "datetime",
        },
        required = { "metric", "period" }, returns = "InstagramInsightsResult",
      },
      { method = "GET", edge = "instagram_backed_threads_user", params = {}, required = {}, returns = "ThreadsUser" },
      { method = "POST", edge = "instagram_backed_threads_user", params = {}, required = {}, returns = "ThreadsUser" },
      {
        method = "GET", edge = "live_media",
        params = { since = "datetime", ["until"] = "datetime" },
        required = {}, returns = "IGMedia",
      },
      {
        method = "GET", edge = "media",
        params = { since = "datetime", ["until"] = "datetime" },
        required = {}, returns = "IGMedia",
      },
      {
        method = "POST", edge = "media",
        params = {
          alt_text = "string", audio_name = "string", caption = "string", children = "list<string>",
          collaborators = "list<string>", cover_url = "string", image_url = "string", is_carousel_item = "bool",
          location_id = "string", media_type = "string", product_tags = "list<map>", share_to_feed = "bool",
          thumb_offset = "string", trial_params = "map", upload_type = "string", user_tags = "list<map>",
          video_url = "string",
        },
        required = {}, returns = "IGMedia",
      },
      {
        method = "POST", edge = "media_publish",
        params = { creation_id = "unsigned int" },
        required = { "creation_id" }, returns = "IGMedia",
      },
      {
        method = "POST", edge = "mentions",
        params = { comment_id = "string", media_id = "string", message = "string" },
        required = { "media_id", "message" }, returns = "Object",
      },
      {
        method = "POST", edge = "moderate_conversations",
        params = { actions = "list<enum>", user_ids = "list<map>" },
        required = { "actions", "user_ids" }, returns = "Object",
      },
      {
        method = "GET", edge = "notification_message_tokens",
        params = {},
        required = {}, returns = "UserPageOneTimeOptInTokenSettings",
      },
      {
        method = "GET", edge = "product_appeal",
        params = { product_id = "string" },
        required = { "product_id" }, returns = "IGShoppingProductAppeal",
      },
      {
        method = "POST", edge = "product_appeal",
        params = { appeal_reason = "string", product_id = "string" },
        required = { "appeal_reason", "product_id" }, returns = "IGShoppingProductAppeal",
      },
      { method = "GET", edge = "recently_searched_hashtags", params = {}, required = {}, returns = "ShadowIGHashtag" },
      { method = "GET", edge = "scheduled_media", params = {}, required = {}, returns = "ShadowIGScheduledMedia" },
      { method = "GET", edge = "stories", params = {}, required = {}, returns = "IGMedia" },
      { method = "GET", edge = "tags", params = {}, required = {}, returns = "IGMedia" },
      { method = "GET", edge = "upcoming_events", params = {}, required = {}, returns = "IGUpcomingEvent" },
      {
        method = "POST", edge = "upcoming_events",
        params = {
          end_time = "datetime", notification_subtypes = "list<enum>", start_time = "datetime", title = "string",
        },
        required = { "start_time", "title" }, returns = "Object",
      },
      {
        method = "GET", edge = "welcome_message_flows",
        params = { app_id = "string", flow_id = "string" },
        required = {}, returns = "ShadowIGUserCTXPartnerAppWelcomeMessageFlow",
      },
      { method = "GET", edge = "", params = { adgroup_id = "string" }, required = {}, returns = "IGUser" },
    },
  },

  -- IG Media
  {
    node = "IG Media", host = "facebook",
    fields = {
      alt_text = "string", boost_eligibility_info = "IGMediaBoostEligibilityInfo", caption = "string",
      comments_count = "int", copyright_check_information = "IGVideoCopyrightCheckMatchesInformation",
      current_live_viewer_count = "int", has_poll = "bool", has_slider = "bool", id = "string", ig_id = "string",
      is_comment_enabled = "bool", is_shared_to_feed = "bool", legacy_instagram_media_id = "string", like_count = "int",
      media_product_type = "string", media_type = "string", media_url = "string", owner = "IGUser",
      permalink = "string", shortcode = "string", thumbnail_url = "string", timestamp = "datetime", username = "string",
      video_title = "string", view_count = "int",
    },
    edges = {
      { method = "GET", edge = "boost_ads_list", params = {}, required = {}, returns = "IGBoostMediaAd" },
      {
        method = "GET", edge = "branded_content_partner_promote",
        params = {},
        required = {}, returns = "BrandedContentShadowIGUserID",
      },
      {
        method = "POST", edge = "branded_content_partner_promote",
        params = { permission = "bool", sponsor_id = "unsigned int" },
        required = { "permission", "sponsor_id" }, returns = "BrandedContentShadowIGUserID",
      },
      { method = "GET", edge = "children", params = {}, required = {}, returns = "IGMedia" },
      { method = "GET", edge = "collaborators", params = {}, required = {}, returns = "ShadowIGMediaCollaborators" },
      { method = "GET", edge = "comments", params = {}, required = {}, returns = "IGComment" },
      {
        method = "POST", edge = "comments",
        params = { ad_id = "string", message = "string" },
        required = {}, returns = "IGComment",
      },
      {
        method = "GET", edge = "insights",
        params = { breakdown = "list<enum>", metric = "list<enum>", period = "list<enum>" },
        required = { "metric" }, returns = "InstagramInsightsResult",
      },
      { method = "DELETE", edge = "partnership_ad_code", params = {}, required = {}, returns = "Object" },
      { method = "POST", edge = "partnership_ad_code", params = {}, required = {}, returns = "Object" },
      { method = "GET", edge = "product_tags", params = {}, required = {}, returns = "ShadowIGMediaProductTags" },
      {
        method = "POST", edge = "product_tags",
        params = { child_index = "unsigned int", updated_tags = "list<map>" },
        required = { "updated_tags" }, returns = "ShadowIGMediaProductTags",
      },
      { method = "DELETE", edge = "", params = {}, required = {}, returns = "Object" },
      {
        method = "GET", edge = "",
        params = {
          ad_account_id = "unsigned int", boostable_media_callsite = "enum", business_id = "string",
          primary_fb_page_id = "string", primary_ig_user_id = "string", secondary_fb_page_id = "string",
          secondary_ig_user_id = "string",
        },
        required = {}, returns = "IGMedia",
      },
      {
        method = "POST", edge = "",
        params = { comment_enabled = "bool" },
        required = { "comment_enabled" }, returns = "IGMedia",
      },
    },
  },

  -- IG Comment
  {
    node = "IG Comment", host = "facebook",
    fields = {
      from = "IGCommentFromUser", hidden = "bool", id = "string", legacy_instagram_comment_id = "string",
      like_count = "int", media = "IGMedia", parent_id = "string", text = "string", timestamp = "datetime",
      user = "IGUser", username = "string",
    },
    edges = {
      { method = "GET", edge = "replies", params = {}, required = {}, returns = "IGComment" },
      { method = "POST", edge = "replies", params = { message = "string" }, required = {}, returns = "IGComment" },
      { method = "DELETE", edge = "", params = { ad_id = "string" }, required = {}, returns = "Object" },
      { method = "GET", edge = "", params = {}, required = {}, returns = "IGComment" },
      {
        method = "POST", edge = "",
        params = { ad_id = "string", hide = "bool" },
        required = { "hide" }, returns = "IGComment",
      },
    },
  },

  -- IG Hashtag
  {
    node = "IG Hashtag", host = "facebook",
    fields = { id = "string", name = "string" },
    edges = {
      {
        method = "GET", edge = "recent_media",
        params = { user_id = "string" },
        required = { "user_id" }, returns = "IGMedia",
      },
      {
        method = "GET", edge = "top_media",
        params = { user_id = "string" },
        required = { "user_id" }, returns = "IGMedia",
      },
      { method = "GET", edge = "", params = {}, required = {}, returns = "ShadowIGHashtag" },
    },
  },

  -- IG Upcoming Event
  {
    node = "IG Upcoming Event", host = "facebook",
    fields = {
      end_time = "datetime", id = "string", notification_subtypes = "list<string>", notification_target_time = "string",
      start_time = "datetime", title = "string",
    },
    edges = {
      { method = "GET", edge = "", params = {}, required = {}, returns = "IGUpcomingEvent" },
      {
        method = "POST", edge = "",
        params = {
          end_time = "datetime", notification_subtypes = "list<igupcomingevent_notification_subtypes>",
          notification_target_time = "enum", start_time = "datetime", title = "string",
        },
        required = { "start_time", "title" }, returns = "IGUpcomingEvent",
      },
    },
  },

  -- IG User on graph.instagram.com
  {
    node = "IG User", host = "instagram",
    fields = {
      account_type = "string", biography = "string", followers_count = "int", follows_count = "int", id = "string",
      media_count = "int", name = "string", profile_picture_url = "string", user_id = "int", username = "string",
      website = "string",
    },
    edges = {
      {
        method = "GET", edge = "business_messaging_feature_status",
        params = { feature = "string" },
        required = { "feature" }, returns = "BusinessMessagingFeatureStatus",
      },
      {
        method = "GET", edge = "content_publishing_limit",
        params = { since = "datetime" },
        required = {}, returns = "ContentPublishingLimitResponse",
      },
      {
        method = "GET", edge = "conversations",
        params = { folder = "string", platform = "enum", tags = "list<string>", user_id = "string" },
        required = {}, returns = "UnifiedThread",
      },
      {
        method = "GET", edge = "insights",
        params = {
          breakdown = "list<enum>", metric = "list<enum>", metric_type = "enum", period = "list<enum>",
          since = "datetime", timeframe = "enum", ["until"] = "datetime",
        },
        required = { "metric", "period" }, returns = "InsightsResult",
      },
      { method = "GET", edge = "live_media", params = {}, required = {}, returns = "Media" },
      {
        method = "GET", edge = "media",
        params = { since = "datetime", ["until"] = "datetime" },
        required = {}, returns = "Media",
      },
      {
        method = "POST", edge = "media",
        params = {
          alt_text = "string", audio_name = "string", caption = "string", children = "list<string>",
          collaborators = "list<string>", cover_url = "string", image_url = "string", is_carousel_item = "bool",
          location_id = "string", media_type = "string", product_tags = "list<map>", share_to_feed = "bool",
          thumb_offset = "string", trial_params = "map", upload_type = "string", user_tags = "list<map>",
          video_url = "string",
        },
        required = {}, returns = "IGGraphMedia",
      },
      {
        method = "POST", edge = "mediapublish",
        params = { creation_id = "unsigned int" },
        required = { "creation_id" }, returns = "Object",
      },
      {
        method = "POST", edge = "mentions",
        params = { comment_id = "string", media_id = "string", message = "string" },
        required = { "media_id", "message" }, returns = "Object",
      },
      {
        method = "POST", edge = "messageattachments",
        params = { message = "Object" },
        required = { "message" }, returns = "Object",
      },
      {
        method = "POST", edge = "messages",
        params = {
          folder = "enum", message = "Object", messaging_type = "enum", payload = "string", recipient = "Object",
          reply_to = "Object", sender_action = "enum", tag = "Object", thread_control = "Object",
        },
        required = {}, returns = "Object",
      },
      {
        method = "DELETE", edge = "messenger_profile",
        params = { fields = "list<enum>" },
        required = { "fields" }, returns = "Object",
      },
      { method = "GET", edge = "messenger_profile", params = {}, required = {}, returns = "UserProfile" },
      {
        method = "POST", edge = "messenger_profile",
        params = { ice_breakers = "list<map>", persistent_menu = "list<Object>" },
        required = {}, returns = "IGGraphUser",
      },
      { method = "GET", edge = "stories", params = {}, required = {}, returns = "Media" },
      { method = "DELETE", edge = "subscribed_apps", params = {}, required = {}, returns = "Object" },
      { method = "GET", edge = "subscribed_apps", params = {}, required = {}, returns = "UserSubscribedAppsData" },
      {
        method = "POST", edge = "subscribed_apps",
        params = { subscribed_fields = "list<enum>" },
        required = { "subscribed_fields" }, returns = "IGGraphUser",
      },
      { method = "GET", edge = "tags", params = {}, required = {}, returns = "Media" },
      {
        method = "DELETE", edge = "welcome_message_flows",
        params = { flow_id = "string" },
        required = {}, returns = "Object",
      },
      {
        method = "GET", edge = "welcome_message_flows",
        params = { app_id = "string", flow_id = "string" },
        required = {}, returns = "CTXPartnerAppWelcomeMessageFlow",
      },
      {
        method = "POST", edge = "welcome_message_flows",
        params = {
          eligible_platforms = "list<enum>", flow_id = "string", name = "string", welcome_message_flow = "list<Object>",
        },
        required = {}, returns = "IGGraphCTXPartnerAppWelcomeMessageFlow",
      },
      { method = "GET", edge = "", params = {}, required = {}, returns = "User" },
    },
  },

  -- IG Media on graph.instagram.com
  {
    node = "IG Media", host = "instagram",
    fields = {
      alt_text = "string", caption = "string", comments_count = "int", current_live_viewer_count = "int", id = "string",
      is_comment_enabled = "bool", is_shared_to_feed = "bool", like_count = "int", media_product_type = "string",
      media_type = "string", media_url = "string", owner = "User", permalink = "string", shortcode = "string",
      thumbnail_url = "string", timestamp = "datetime", username = "string",
    },
    edges = {
      { method = "GET", edge = "children", params = {}, required = {}, returns = "Media" },
      { method = "GET", edge = "comments", params = {}, required = {}, returns = "Comment" },
      {
        method = "POST", edge = "comments",
        params = { message = "string" },
        required = {}, returns = "IGGraphComment",
      },
      {
        method = "GET", edge = "insights",
        params = { breakdown = "list<enum>", metric = "list<enum>", period = "list<enum>" },
        required = { "metric" }, returns = "InsightsResult",
      },
      { method = "GET", edge = "", params = {}, required = {}, returns = "Media" },
      {
        method = "POST", edge = "",
        params = { comment_enabled = "bool" },
        required = { "comment_enabled" }, returns = "IGGraphMedia",
      },
    },
  },

  -- Access token (graph.instagram.com)
  {
    node = "Access token", host = "instagram",
    fields = { access_token = "string", expires_in = "int", token_type = "string" },
    edges = {
      {
        method = "GET", edge = "",
        params = { access_token = "string", client_secret = "string", grant_type = "string" },
        required = { "access_token", "client_secret", "grant_type" }, returns = "AccessToken",
      },
    },
  },

  -- Refreshed access token (graph.instagram.com)
  {
    node = "Refreshed access token", host = "instagram",
    fields = { access_token = "string", expires_in = "int", permissions = "string", token_type = "string" },
    edges = {
      {
        method = "GET", edge = "",
        params = { access_token = "string", grant_type = "string" },
        required = { "access_token", "grant_type" }, returns = "RefreshAccessToken",
      },
    },
  },

  -- Page (the Instagram part)
  {
    node = "Page", host = "facebook",
    fields = {
      access_token = "string", business = "Object", category = "string", category_list = "list<PageCategory>",
      connected_instagram_account = "IGUser", connected_page_backed_instagram_account = "IGUser",
      fan_count = "unsigned int", has_whatsapp_number = "bool", id = "string", instagram_business_account = "IGUser",
      link = "string", name = "string", username = "string",
    },
    edges = {
      {
        method = "DELETE", edge = "agencies",
        params = { business = "string" },
        required = { "business" }, returns = "Object",
      },
      { method = "GET", edge = "agencies", params = {}, required = {}, returns = "Business" },
      {
        method = "POST", edge = "agencies",
        params = { business = "string", permitted_tasks = "list<enum>" },
        required = { "business" }, returns = "Page",
      },
      {
        method = "GET", edge = "conversations",
        params = { folder = "string", platform = "enum", tags = "list<string>", user_id = "string" },
        required = {}, returns = "UnifiedThread",
      },
      { method = "GET", edge = "instagram_accounts", params = {}, required = {}, returns = "IGUser" },
      {
        method = "POST", edge = "message_attachments",
        params = { message = "Object", platform = "enum" },
        required = { "message" }, returns = "Object",
      },
      {
        method = "POST", edge = "messages",
        params = {
          folder = "enum", message = "Object", messaging_type = "enum", notification_type = "enum", payload = "string",
          persona_id = "string", recipient = "Object", reply_to = "Object", sender_action = "enum",
          suggestion_action = "enum", tag = "Object", thread_control = "Object",
        },
        required = { "recipient" }, returns = "Page",
      },
      {
        method = "DELETE", edge = "messenger_profile",
        params = { fields = "list<enum>", platform = "enum" },
        required = { "fields" }, returns = "Object",
      },
      {
        method = "GET", edge = "messenger_profile",
        params = { platform = "enum" },
        required = {}, returns = "MessengerProfile",
      },
      {
        method = "POST", edge = "messenger_profile",
        params = {
          account_linking_url = "string", commands = "list<Object>", description = "list<Object>",
          get_started = "Object", ice_breakers = "list<map>", persistent_menu = "list<Object>", platform = "enum",
          whitelisted_domains = "list<string>",
        },
        required = {}, returns = "Page",
      },
      { method = "GET", edge = "page_backed_instagram_accounts", params = {}, required = {}, returns = "IGUser" },
      { method = "POST", edge = "page_backed_instagram_accounts", params = {}, required = {}, returns = "IGUser" },
      { method = "DELETE", edge = "subscribed_apps", params = {}, required = {}, returns = "Object" },
      { method = "GET", edge = "subscribed_apps", params = {}, required = {}, returns = "Application" },
      {
        method = "POST", edge = "subscribed_apps",
        params = { subscribed_fields = "list<enum>" },
        required = { "subscribed_fields" }, returns = "Page",
      },
    },
  },

  -- User (what leads to Instagram)
  {
    node = "User", host = "facebook",
    fields = {},
    edges = {
      {
        method = "GET", edge = "accounts",
        params = { ad_id = "string", is_place = "bool", is_promotable = "bool" },
        required = {}, returns = "Page",
      },
      {
        method = "DELETE", edge = "permissions",
        params = { permission = "string" },
        required = {}, returns = "Object",
      },
      {
        method = "GET", edge = "permissions",
        params = { permission = "string", status = "enum" },
        required = {}, returns = "Permission",
      },
    },
  },
}

-- What the edges return
M.returns = {
  InstagramInsightsResult = {
    description = "string", id = "string", name = "string", period = "string", title = "string", total_value = "Object",
    values = "list<InstagramInsightsValue>",
  },
  InstagramInsightsValue = { end_time = "datetime", value = "Object" },
  ContentPublishingLimitResponse = { config = "Object", quota_usage = "int" },
  ShadowIGMediaProductTags = {
    image_url = "string", is_checkout = "bool", merchant_id = "int", name = "string", price_string = "string",
    product_id = "int", review_status = "string", stripped_price_string = "string",
    stripped_sale_price_string = "string", x = "float", y = "float",
  },
  ShadowIGMediaCollaborators = { id = "string", invite_status = "string", username = "string" },
  ShadowIGUserCatalogProductSearch = {
    image_url = "string", is_checkout_flow = "bool", merchant_id = "int", product_id = "int", product_name = "string",
    product_variants = "list<ShadowIGUserCatalogProductVariant>", retailer_id = "string", review_status = "string",
  },
  UserAvailableCatalogs = {
    catalog_id = "string", catalog_name = "string", product_count = "int", shop_name = "string",
  },
  IGShoppingProductAppeal = {
    eligible_for_appeal = "bool", product_appeal_status = "string", product_id = "int",
    rejection_reasons = "list<string>", review_status = "string",
  },
  ShadowIGUserCollaborationInvites = {
    caption = "string", media_id = "string", media_owner_username = "string", media_url = "string",
  },
  ShadowIGUserCollaborativeMedia = {
    caption = "string", comments_count = "int", id = "string", like_count = "int", media_product_type = "string",
    media_type = "string", media_url = "string", permalink = "string", reposts_count = "int", saved_count = "int",
    shares_count = "int", thumbnail_url = "string", timestamp = "datetime", total_comments_count = "int",
    total_like_count = "int", total_views_count = "int", username = "string",
  },
  ShadowIGScheduledMedia = {
    caption = "string", id = "string", media_type = "string", media_url = "string", publish_timestamp = "int",
    thumbnail_url = "string",
  },
  IGBoostMediaAd = { ad_id = "string", ad_status = "string" },
  IGCommentFromUser = { id = "string", self_ig_scoped_id = "string", username = "string" },
  IGMediaBoostEligibilityInfo = { boost_ineligible_reason = "string", eligible_to_boost = "bool" },
  IGVideoCopyrightCheckMatchesInformation = {
    copyright_matches = "list<Object>", status = "IGVideoCopyrightCheckStatus",
  },
  IGVideoCopyrightCheckStatus = { matches_found = "bool", status = "string" },
  BrandedContentShadowIGUserID = { id = "string" },
  BrandedContentShadowIGMediaID = {
    eligibility_errors = "list<string>", has_permission_for_partnership_ad = "bool", id = "string",
    linked_products = "list<ProductItem>", owner_id = "string", permalink = "string",
    product_suggestions = "list<ProductItem>", recommended_campaign_objectives = "list<string>",
  },
  IGBCAdsPermission = { id = "string", permission_type = "string", status = "string" },
  FBPageAndInstagramAccount = {
    ad_permissions = "list<string>", bc_permission_status = "string", bc_permissions = "list<map<string, string>>",
    is_managed = "bool", matched_by = "string",
  },
  UnifiedThread = {
    can_reply = "bool", folder = "string", former_participants = "Object", id = "string", is_owner = "bool",
    is_subscribed = "bool", link = "string", linked_group = "Group", message_count = "int", name = "string",
    participants = "Object", scoped_thread_key = "string", senders = "Object", snippet = "string", unread_count = "int",
    updated_time = "datetime", wallpaper = "string",
  },
  InsightsResult = {
    description = "string", description_from_api_doc = "string", id = "string", name = "string", period = "string",
    title = "string", values = "list<InsightsValue>",
  },
}

-- Values of the enumerated parameters
M.values = {
  { param = "actions", values = { "BLOCK_USER", "MOVE_TO_SPAM", "UNBLOCK_USER" } },
  {
    param = "boostable_media_callsite",
    values = { "ADS_MANAGER_L1_EDITOR_DYNAMIC_ADS_WITH_EXISTING_POST", "PA_HUB_CATALOG_INGESTION_CREATOR_ASSET" },
  },
  {
    param = "breakdown", node = "IG Media",
    values = { "action_type", "follow_type", "story_navigation_action_type", "surface_type" },
  },
  {
    param = "breakdown", node = "IG User",
    values = { "age", "city", "contact_button_type", "country", "follow_type", "gender", "media_product_type" },
  },
  { param = "creator_gender", values = { "custom", "female", "male", "unknown" } },
  { param = "eligible_platforms", values = { "INSTAGRAM", "MESSENGER", "WHATSAPP" } },
  {
    param = "fields",
    values = {
      "ACCOUNT_LINKING_URL", "COMMANDS", "DESCRIPTION", "GET_STARTED", "HOME_URL", "ICE_BREAKERS", "PERSISTENT_MENU",
      "PLATFORM", "SUBJECT_TO_NEW_EU_PRIVACY_RULES", "TITLE", "WHITELISTED_DOMAINS",
    },
  },
  { param = "folder", values = { "PARTNERSHIP" } },
  { param = "major_audience_gender", values = { "custom", "female", "male", "unknown" } },
  { param = "media_relationship", values = { "IS_TAGGED", "OWNED" } },
  { param = "messaging_type", values = { "MESSAGE_TAG", "RESPONSE", "UPDATE", "UTILITY" } },
  {
    param = "metric", node = "IG User",
    values = {
      "accounts_engaged", "comments", "content_views", "engaged_audience_demographics", "follower_count",
      "follower_demographics", "follows_and_unfollows", "likes", "online_followers", "profile_links_taps",
      "profile_views", "quotes", "reach", "reached_audience_demographics", "replies", "reposts", "saves", "shares",
      "threads_clicks", "threads_follower_demographics", "threads_followers", "threads_likes", "threads_replies",
      "threads_reposts", "threads_views", "total_interactions", "views", "website_clicks",
    },
  },
  {
    param = "metric", node = "IG Media", host = "facebook",
    values = {
      "clips_replays_count", "comments", "content_views", "crossposted_views", "facebook_views", "follows",
      "ig_reels_aggregated_all_plays_count", "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "impressions",
      "likes", "navigation", "plays", "profile_activity", "profile_visits", "quotes", "reach", "reels_skip_rate",
      "replies", "reposts", "saved", "shares", "thread_replies", "thread_shares", "threads_media_clicks",
      "threads_reposts", "threads_views", "total_comments", "total_interactions", "total_likes", "total_views", "views",
    },
  },
  {
    param = "metric", node = "IG Media", host = "instagram",
    values = {
      "clips_replays_count", "comments", "content_views", "crossposted_views", "facebook_views", "follows",
      "ig_reels_aggregated_all_plays_count", "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "impressions",
      "likes", "navigation", "plays", "profile_activity", "profile_visits", "reach", "reels_skip_rate", "replies",
      "reposts", "saved", "shares", "total_comments", "total_interactions", "total_likes", "total_views", "video_views",
      "views",
    },
  },
  { param = "metric_type", values = { "default", "time_series", "total_value" } },
  {
    param = "notification_subtypes",
    values = {
      "AFTER_EVENT_1DAY", "AFTER_EVENT_2DAY", "AFTER_EVENT_3DAY", "AFTER_EVENT_4DAY", "AFTER_EVENT_5DAY",
      "AFTER_EVENT_6DAY", "AFTER_EVENT_7DAY", "BEFORE_EVENT_15MIN", "BEFORE_EVENT_1DAY", "BEFORE_EVENT_1HOUR",
      "BEFORE_EVENT_2DAY", "EVENT_START", "RESCHEDULED",
    },
  },
  { param = "notification_target_time", values = { "EVENT_END", "EVENT_START" } },
  { param = "notification_type", values = { "NO_PUSH", "REGULAR", "SILENT_PUSH" } },
  { param = "period", values = { "day", "days_28", "lifetime", "month", "total_over_range", "week" } },
  {
    param = "permitted_tasks",
    values = {
      "ADVERTISE", "ANALYZE", "CASHIER_ROLE", "CREATE_CONTENT", "GLOBAL_STRUCTURE_MANAGEMENT", "MANAGE", "MANAGE_JOBS",
      "MANAGE_LEADS", "MESSAGING", "MODERATE", "MODERATE_COMMUNITY", "PAGES_MESSAGING", "PAGES_MESSAGING_SUBSCRIPTIONS",
      "PROFILE_PLUS_ADVERTISE", "PROFILE_PLUS_ANALYZE", "PROFILE_PLUS_CREATE_CONTENT", "PROFILE_PLUS_FACEBOOK_ACCESS",
      "PROFILE_PLUS_FULL_CONTROL", "PROFILE_PLUS_GLOBAL_STRUCTURE_MANAGEMENT", "PROFILE_PLUS_MANAGE",
      "PROFILE_PLUS_MANAGE_LEADS", "PROFILE_PLUS_MESSAGING", "PROFILE_PLUS_MODERATE",
      "PROFILE_PLUS_MODERATE_DELEGATE_COMMUNITY", "PROFILE_PLUS_REVENUE", "READ_PAGE_MAILBOXES",
      "VIEW_MONETIZATION_INSIGHTS",
    },
  },
  { param = "platform", values = { "INSTAGRAM", "MESSENGER" } },
  { param = "sender_action", values = { "MARK_SEEN", "REACT", "TYPING_OFF", "TYPING_ON", "UNREACT" } },
  { param = "status", values = { "declined", "expired", "granted" } },
  {
    param = "subscribed_fields",
    values = {
      "comment_poll_response", "comments", "creator_marketplace_invited_creator_onboarding",
      "creator_marketplace_projects", "delta", "follow", "live_comments", "mentions", "message_edit",
      "message_reactions", "messages", "messaging_handover", "messaging_optins", "messaging_postbacks",
      "messaging_referral", "messaging_seen", "onboarding_welcome_message_series", "share_to_story", "standby",
      "story_insights", "story_poll_response", "story_reactions",
    },
  },
  {
    param = "timeframe",
    values = { "last_14_days", "last_30_days", "last_90_days", "prev_month", "this_month", "this_week" },
  },
}

-- The Graph's errors call a node type "IGMedia" or "ShadowIGMedia".
local function plain(node_type) return (node_type:gsub("^Shadow", ""):gsub(" ", "")) end

--- What is said of an edge.
-- @tparam table row of `iggraph.core.graph.edges()`
-- @treturn table `{ params, required, returns }` as above; an empty description where there is none
function M.edge(row)
  for _, node in ipairs(M.nodes) do
    for _, edge in ipairs(node.node == row.node and node.edges or {}) do
      if edge.method == row.method and edge.edge == row.edge then return edge end
    end
  end
  return { params = {}, required = {}, returns = "" }
end

--- The fields of a node type.
-- @tparam string node_type `"IG Media"`, or as errors of the Graph and `returns` have it, `"IGMedia"`
-- @treturn table name -> type; empty where none are known
function M.fields(node_type)
  local fields = {}
  for name, kind in pairs(M.returns[node_type] or {}) do fields[name] = kind end
  for _, node in ipairs(M.nodes) do
    for name, kind in pairs(plain(node.node) == plain(node_type) and node.fields or {}) do fields[name] = kind end
  end
  return fields
end

return M

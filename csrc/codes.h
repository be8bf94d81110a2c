/* What can go wrong, as data: the kinds of failures, and which Graph code is of which kind. Decided
 * by code and subcode, never by a message text, and by `is_transient` only where the code says
 * nothing: the flag is known to be wrong in both directions. */
#ifndef IGGRAPH_CODES_H
#define IGGRAPH_CODES_H

/* Kind, its name in Lua, whether the same call may well succeed later. */
#define IG_KINDS(X)                   \
  X(AUTH, "auth", false)              \
  X(PERMISSION, "permission", false)  \
  X(THROTTLED, "throttled", true)     \
  X(TRANSIENT, "transient", true)     \
  X(INVALID, "invalid", false)        \
  X(NOT_FOUND, "not_found", false)    \
  X(GRAPH, "graph", false)            \
  X(HTTP, "http", false)              \
  X(NETWORK, "network", true)         \
  X(TIMEOUT, "timeout", true)         \
  X(JSON, "json", false)              \
  X(TOO_LARGE, "too_large", false)    \
  X(PAGING, "paging", false)          \
  X(CANCELLED, "cancelled", false)

#define IG_ANY_CODE 0x7fffffff

/* Codes first to last, subcode (0: any), kind. The first row that fits counts. */
#define IG_CODES(X)                                                             \
  X(0, IG_ANY_CODE, 1349152, AUTH)       /* device login: its code expired */   \
  X(0, IG_ANY_CODE, 1349172, THROTTLED)  /* asked too often */                  \
  X(0, IG_ANY_CODE, 1349173, PERMISSION) /* declined */                         \
  X(0, IG_ANY_CODE, 1349174, TRANSIENT)  /* not decided yet */                  \
  X(-2, -2, 2207020, GRAPH)       /* media expired: needs a new container */    \
  X(-1, -1, 2207053, GRAPH)       /* unknown upload error: the same */          \
  X(-1, -1, 2207073, INVALID)     /* this media cannot be deleted */            \
  X(-2, -1, 0, TRANSIENT)         /* publishing */                              \
  X(1, 1, 2207057, INVALID)       /* thumb_offset out of range */               \
  X(1, 2, 0, TRANSIENT)           /* unknown; service down */                   \
  X(3, 3, 0, INVALID)             /* unknown method, missing capability */      \
  X(4, 4, 2207051, GRAPH)         /* blocked as spam: waiting does not help */  \
  X(4, 4, 0, THROTTLED)           /* application */                             \
  X(9, 9, 0, THROTTLED)           /* publishing quota, user rate */             \
  X(10, 10, 0, PERMISSION)                                                      \
  X(17, 17, 0, THROTTLED)         /* user */                                    \
  X(24, 24, 2207008, TRANSIENT)   /* container not there yet */                 \
  X(24, 24, 0, NOT_FOUND)         /* container, media, hashtag */               \
  X(25, 25, 0, INVALID)           /* account restricted */                      \
  X(32, 32, 0, THROTTLED)         /* Page */                                    \
  X(100, 100, 33, NOT_FOUND)      /* gone, hidden or not supported */           \
  X(100, 100, 36007, AUTH)        /* authorization code expired */              \
  X(100, 100, 36009, AUTH)        /* authorization code used */                 \
  X(100, 101, 0, INVALID)         /* parameter; app id */                       \
  X(102, 102, 0, AUTH)            /* session */                                 \
  X(104, 104, 0, AUTH)            /* token required */                          \
  X(110, 110, 0, NOT_FOUND)       /* discovery: no professional account */      \
  X(190, 190, 0, AUTH)            /* token */                                   \
  X(200, 299, 0, PERMISSION)                                                    \
  X(341, 341, 0, THROTTLED)       /* application */                             \
  X(352, 352, 0, INVALID)         /* video format */                            \
  X(368, 368, 0, GRAPH)           /* blocked for policy, for hours */           \
  X(412, 412, 0, AUTH)            /* app not authorized */                      \
  X(450, 450, 0, AUTH)            /* session expired */                         \
  X(452, 452, 0, AUTH)            /* session invalid */                         \
  X(506, 506, 0, INVALID)         /* duplicate post */                          \
  X(613, 613, 0, THROTTLED)       /* custom limit */                            \
  X(803, 803, 0, NOT_FOUND)       /* alias does not exist */                    \
  X(2500, 2500, 0, INVALID)       /* path or syntax; a token was sent */        \
  X(2635, 2635, 0, INVALID)       /* version */                                 \
  X(9004, 9004, 0, TRANSIENT)     /* media could not be fetched: clears */      \
  X(9007, 9007, 0, TRANSIENT)     /* media not ready: clears */                 \
  X(36000, 36004, 0, INVALID)     /* image size, format, ratio, caption */      \
  X(80000, 80014, 0, THROTTLED)   /* business use cases; 80002: Instagram */    \
  X(1363019, 1363019, 0, TRANSIENT) /* Page video upload, this and below */     \
  X(1363021, 1363021, 0, TRANSIENT)                                             \
  X(1363030, 1363030, 0, TRANSIENT)                                             \
  X(1363033, 1363033, 0, TRANSIENT)                                             \
  X(1363037, 1363037, 0, TRANSIENT)                                             \
  X(1363041, 1363041, 0, TRANSIENT)

/* What to do about failures of the kinds "auth" and "permission": codes first to last, subcode (0: any), text.
 * The first row that fits counts. See https://developers.facebook.com/docs/graph-api/guides/error-handling */
#define IG_ADVICE(X)                                                                                    \
  X(0, IG_ANY_CODE, 1349152, "begin the device's login anew")                                            \
  X(0, IG_ANY_CODE, 1349173, "the person has declined: ask again only when they want it")                \
  X(100, 100, 36007, "the code has expired: have the person log in again, and exchange the code at once") \
  X(100, 100, 36009, "a code is good once: have the person log in again")                                \
  X(190, 190, 458, "the person has not allowed the app, or removed it: have them log in")                \
  X(190, 190, 459, "the person must log in at facebook.com and do what is asked there")                  \
  X(190, 190, 460, "the person has changed the password: have them log in again")                        \
  X(190, 190, 463, "the token has expired: have the person log in again, and renew it in time "          \
                   "(iggraph.login.keep)")                                                               \
  X(190, 190, 464, "the person must confirm the account at facebook.com")                                \
  X(190, 190, 467, "the person has logged out, or the token was withdrawn: have them log in again")      \
  X(190, 190, 490, "the person must log in at facebook.com and do what is asked there")                  \
  X(190, 190, 492, "the person needs a role on the Page: have it given, and have them log in again")     \
  X(190, 190, 493, "the app was not used for long: have the person log in again")                        \
  X(190, 190, 0, "the token is not valid: look at what was set as access_token, or have the person log " \
                 "in again")                                                                             \
  X(10, 10, 0, "the app lacks a permission: have it granted to the app, and by the person")              \
  X(200, 299, 0, "the token lacks a permission: ask for it in the login dialog, with "                   \
                 "auth_type = \"rerequest\" where the person has declined it")                           \
  X(102, 102, 0, "the session is over: have the person log in again")                                    \
  X(104, 104, 0, "no token came along: set access_token; or the app wants appsecret_proof: set app_secret") \
  X(412, 412, 0, "the person has not allowed the app: have them log in")                                 \
  X(450, 452, 0, "the session is over: have the person log in again")                                    \
  X(2500, 2500, 0, "no token came along: set access_token")

#endif

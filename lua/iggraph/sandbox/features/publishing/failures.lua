--- What goes wrong in publishing: the Graph's errors by their subcodes.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
-- @module iggraph.sandbox.features.publishing.failures
local errors = require "iggraph.sandbox.errors"

local M = {}

-- Subcode -> code, message, title and text for the person, whether it passes.
local ROWS = {
  [2207001] = { -1, "Instagram server error. Please try again later.", "Instagram server error",
    "An error occurred at Instagram's servers. Try again.", true },
  [2207003] = { -2, "It takes too long to download the media.", "Timeout",
    "The media could not be downloaded in time. Try again.", true },
  [2207004] = { 36000, "The image size is too large.", "Image size too large",
    "The image is too large to download. It should be less than 8 MiB." },
  [2207005] = { 36001, "The image format is not supported.", "Unsupported image format",
    "The image must be a JPEG." },
  [2207006] = { 24, "The requested resource does not exist.", "Media not found",
    "The media cannot be found: it does not exist, or you may not use it." },
  [2207008] = { 24, "The media builder with the creation ID does not exist or has expired.", "Media not available",
    "The container has expired. Create a new one." },
  [2207009] = { 36003, "The submitted image has an aspect ratio that is not supported.", "Unsupported aspect ratio",
    "The aspect ratio must lie between 4:5 and 1.91:1." },
  [2207010] = { 36004, "The caption is too long.", "Caption too long",
    "The caption must have no more than 2,200 characters." },
  [2207020] = { -2, "The media has expired.", "Media expired",
    "The media you want to publish has expired. Create a new container." },
  [2207023] = { 100, "The media type is unknown.", "Unknown media type", "This media type cannot be published." },
  [2207026] = { 352, "The video format is not supported.", "Unsupported video format",
    "The video must be MOV or MP4." },
  [2207027] = { 9007, "Media ID is not available", "Media not ready",
    "The media is not ready to be published. Wait a moment." },
  [2207028] = { 100, "A carousel must have between 2 and 10 children.", "Wrong number of carousel items",
    "A carousel takes between 2 and 10 photos and videos." },
  [2207032] = { -1, "Creating the media failed.", "Media not created",
    "The media could not be created. Create a new container." },
  [2207035] = { 100, "Positions of tags are not supported for videos.", "Tag positions in a video",
    "Tags in a video must have no x and y." },
  [2207036] = { 100, "Positions of tags are required for images.", "Tag positions missing",
    "Tags in an image must have x and y." },
  [2207037] = { 100, "Not all product tags could be added.", "Product tags failed",
    "One or more products cannot be tagged." },
  [2207040] = { 100, "Too many tags.", "Too many tags", "The media has more tags than are allowed." },
  [2207042] = { 9, "The user has reached the maximum of posts that can be published by the API.", "Limit reached",
    "No more posts can be published today." },
  [2207050] = { 25, "The Instagram account is restricted.", "Account restricted",
    "The account is inactive, restricted, or has to be checked: log in to Instagram." },
  [2207051] = { 4, "The action was blocked.", "Action blocked", "This looks like spam and was blocked." },
  [2207052] = { 9004, "Only photo or video can be accepted as media type.", "Media not fetched",
    "The media could not be fetched from its address." },
  [2207053] = { -1, "An unknown error occurred during the upload.", "Unknown upload error",
    "The upload failed. Create a new container." },
  [2207057] = { 1, "The thumb offset is out of range.", "Thumb offset out of range",
    "The offset must lie within the video." },
}

--- Raises an error.
-- @tparam number subcode one without a row becomes "Fatal"
-- @tparam[opt] number code another than the row's
function M.raise(subcode, code)
  local row = ROWS[subcode] or { -1, "Fatal" }
  errors.raise {
    code = code or row[1], subcode = subcode, message = row[2], user_title = row[3], user_msg = row[4],
    is_transient = row[5] or false,
  }
end

return M

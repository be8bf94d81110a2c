" The buffers of :Instagram.
if exists("b:current_syntax")
  finish
endif

syntax match InstagramTag "[#@]\k[[:alnum:]_.]*"
syntax match InstagramHead "^\s*\d\{4}-\d\d-\d\d \d\d:\d\d.*$" contains=InstagramTime,InstagramLikes
syntax match InstagramHead "^\s*@.\{-}  \d\{4}-\d\d-\d\d \d\d:\d\d.*$" contains=InstagramName,InstagramTime,InstagramLikes
syntax match InstagramTime "\d\{4}-\d\d-\d\d \d\d:\d\d" contained
syntax match InstagramLikes "♥ [0-9,]\+" contained
syntax match InstagramName "^\s*@\S\+" contained
syntax match InstagramTitle "^@\S\+.*\%1l" contains=InstagramName
syntax match InstagramStatus "^-- .* --$"

highlight default link InstagramTag Identifier
highlight default link InstagramHead Comment
highlight default link InstagramTime Type
highlight default link InstagramLikes WarningMsg
highlight default link InstagramName Title
highlight default link InstagramTitle Normal
highlight default link InstagramStatus NonText

let b:current_syntax = "instagram"

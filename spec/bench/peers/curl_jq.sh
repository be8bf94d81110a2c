#!/bin/sh
# A walk by curl and jq, a process of each for a page: curl_jq.sh BASE_URL CA_FILE TOKEN ACCOUNT FIELDS
set -e
url="$1/v26.0/$4/media?limit=100&fields=$5"
items=0 length=0
page=$(mktemp)
trap 'rm -f "$page"' EXIT
while [ -n "$url" ]; do
  curl -sS --fail --compressed --noproxy '*' --cacert "$2" -H "Authorization: Bearer $3" -o "$page" "$url"
  read -r count bytes url <<READ
$(jq -r '[(.data | length), ([.data[] | .id, .caption // "" | utf8bytelength] | add), .paging.next // ""] | @tsv' "$page")
READ
  items=$((items + count)) length=$((length + bytes))
done
echo "$items $length"

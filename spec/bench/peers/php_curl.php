<?php
// A walk by PHP's curl and json_decode: php_curl.php BASE_URL CA_FILE TOKEN ACCOUNT FIELDS
[, $base, $ca_file, $token, $account, $fields] = $argv;

$curl = curl_init();
curl_setopt_array($curl, [
    CURLOPT_CAINFO => $ca_file,
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_FAILONERROR => true,
    CURLOPT_ENCODING => '',
    CURLOPT_HTTPHEADER => ["Authorization: Bearer $token"],
]);

$items = $length = 0;
$url = "$base/v26.0/$account/media?limit=100&fields=$fields";
while ($url !== null) {
    curl_setopt($curl, CURLOPT_URL, $url);
    $text = curl_exec($curl);
    if ($text === false) throw new RuntimeException(curl_error($curl));
    $page = json_decode($text, true, 512, JSON_THROW_ON_ERROR);
    foreach ($page['data'] as $media) {
        $items += 1;
        $length += strlen($media['id']) + strlen($media['caption'] ?? '');
    }
    $url = $page['paging']['next'] ?? null;
}
echo "$items $length\n";

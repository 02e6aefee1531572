<?php
// A PHP page beside the app: curl is often missing, so the stream functions ask the service.
$path = parse_url($_SERVER["REQUEST_URI"], PHP_URL_PATH);
if ($path !== "/session") {
    return false; // a file of the folder
}
$context = stream_context_create(["http" => [
    "method" => "POST",
    "header" => "Authorization: Bearer " . getenv("OPENAI_API_KEY") . "\r\nContent-Type: application/json",
    "content" => json_encode(["model" => "gpt-4o-realtime-preview-2024-12-17", "voice" => "verse"]),
    "ignore_errors" => true,
]]);
header("Content-Type: application/json");
echo file_get_contents(getenv("OPENAI_BASE_URL") . "/realtime/sessions", false, $context);

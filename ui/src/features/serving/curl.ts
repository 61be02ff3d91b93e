/** The same request for a shell; a quote inside the text cannot end the argument. */
export function curl(origin: string, product: string, text: string): string {
  const body = JSON.stringify({ text }).replaceAll("'", "'\\''");
  return `curl -s ${origin}/api/v1/predict/${encodeURIComponent(product)} \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`;
}

/** A JSON string is a valid literal in Java and Python too, but for what only JavaScript leaves unescaped. */
const literal = (text: string) => JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

export function python(origin: string, product: string, text: string): string {
  return `import json, urllib.request

request = urllib.request.Request(
    ${literal(`${origin}/api/v1/predict/${encodeURIComponent(product)}`)},
    data=json.dumps({"text": ${literal(text)}}).encode(),
    headers={"content-type": "application/json"},
)
print(json.load(urllib.request.urlopen(request)))`;
}

export function java(origin: string, product: string, text: string): string {
  return `var body = ${literal(JSON.stringify({ text }))};
var request = HttpRequest.newBuilder(URI.create(${literal(`${origin}/api/v1/predict/${encodeURIComponent(product)}`)}))
    .header("content-type", "application/json")
    .POST(BodyPublishers.ofString(body))
    .build();
System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());`;
}

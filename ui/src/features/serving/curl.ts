/** The same request for a shell; a quote inside the text cannot end the argument. */
export function curl(origin: string, product: string, text: string): string {
  const body = JSON.stringify({ text }).replaceAll("'", "'\\''");
  return `curl -s ${origin}/api/v1/predict/${encodeURIComponent(product)} \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`;
}

// TypeScript from the schemas of an OpenAPI document: the few words of JSON Schema that ours are written in.
// A word that it does not know is an error, so that nothing is typed more loosely than it is.
const KNOWN = new Set(['type', 'description', 'format', 'properties', 'required', '$ref', 'items', 'enum', 'additionalProperties', 'maxLength', 'minimum', 'maximum', 'anyOf', 'oneOf', 'default', 'examples']);
const PLAIN = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };

const quoted = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const remark = (schema, indent) => (schema.description ? `${indent}/** ${schema.description.replaceAll('*/', '* /')} */\n` : '');
const several = (type) => (/[|&{]/.test(type) && !type.startsWith('{') ? `(${type})` : type);

export function typeOf(schema, indent = '') {
  for (const word of Object.keys(schema)) if (!KNOWN.has(word)) throw new Error(`No type is known for the word '${word}' of a schema.`);
  if (schema.$ref) return `Schemas['${schema.$ref.split('/').at(-1)}']`;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => typeOf(choice, indent)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ');
  if (schema.type === undefined) return 'unknown';
  if (schema.type === 'array') return `${several(typeOf(schema.items ?? {}, indent))}[]`;
  if (schema.type !== 'object') {
    if (!(schema.type in PLAIN)) throw new Error(`No type is known for '${schema.type}'.`);
    return PLAIN[schema.type];
  }
  const inner = `${indent}  `;
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => `${remark(field, inner)}${inner}${quoted(name)}${schema.required?.includes(name) ? '' : '?'}: ${typeOf(field, inner)};\n`);
  const more = schema.additionalProperties;
  if (more) fields.push(`${inner}[key: string]: ${fields.length > 0 || more === true ? 'unknown' : typeOf(more, inner)};\n`);
  return fields.length === 0 ? '{ [key: string]: unknown }' : `{\n${fields.join('')}${indent}}`;
}

/** The whole file. */
export function typesOf(document) {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => `${remark(schema, '  ')}  ${quoted(name)}: ${typeOf(schema, '  ')};\n`);
  return `// Made from openapi.json by \`npm run api\`; a test makes it again and compares.\nexport interface Schemas {\n${schemas.join('')}}\n\nexport interface components {\n  schemas: Schemas;\n}\n`;
}

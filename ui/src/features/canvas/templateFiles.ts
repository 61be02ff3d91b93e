/** The files of examples/ as they are; fetched when somebody opens the gallery. */
const files: Readonly<Record<string, () => Promise<string>>> = {
  ...import.meta.glob<string>('../../../../examples/*/canvas.yaml', { query: '?raw', import: 'default' }),
  ...import.meta.glob<string>('../../../../examples/templates/*.yaml', { query: '?raw', import: 'default' }),
};

export async function load(): Promise<{ readonly path: string; readonly text: string }[]> {
  return Promise.all(Object.entries(files).map(async ([path, read]) => ({ path, text: await read() })));
}

/** Outlines after Tabler icons (MIT), at 1.7 stroke. */
const paths = {
  board: 'M4 4h7v7H4zM13 4h7v4h-7zM13 12h7v8h-7zM4 15h7v5H4z',
  canvas: 'M5 3h10l4 4v14H5zM15 3v4h4M9 12h6M9 16h6',
  conformance: 'M4 5h16v14H4zM4 10h16M4 14.5h16M9 5v14',
  drills: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4',
  documents: 'M6 4h9v13H6zM9 20h9V7M9 8h3M9 11h3',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c0-4 3-6 7-6s7 2 7 6',
  runs: 'M6 4v16M6 8h9a3 3 0 0 1 3 3v1M18 12l-2-2M18 12l2-2',
  experiments: 'M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M7.5 15h9',
  models: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  rollouts: 'M4 19c6 0 4-14 16-14M14 5h6v6',
  monitor: 'M3 12h4l3-7 4 14 3-7h4',
  incidents: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4',
  products: 'M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z',
  try: 'M5 5h14v10H9l-4 4z',
  moon: 'M12 3a7 7 0 0 0 9 9 9 9 0 1 1-9-9z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 19 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

import { useMemo, useState } from 'react';
import { isRunning, useSeries, type RunRow } from '../../shared/api/tracking';
import { lineOf } from './lines';
import { Overlay } from './Overlay';

const SYSTEM = 'system/';
/** The series of one call are a hundred; charts of a machine with sixteen cards are enough to read. */
const MOST = 24;

export const machineKeys = (metrics: readonly string[]): string[] => metrics.filter((key) => key.startsWith(SYSTEM)).slice(0, MOST);

/** system/gpu_0_memory_usage_megabytes → gpu 0 memory usage, megabytes. */
export function machineName(key: string): string {
  const name = key.slice(SYSTEM.length).replaceAll('_', ' ');
  return name.replace(/ (percentage|megabytes|watts|MB)$/, (_, unit: string) => `, ${unit === 'percentage' ? '%' : unit}`);
}

/** What the machine did while a run worked: processor, memory, cards, disk and network over time, on one cross-hair. */
export function Machine({ row, metrics, colour }: { readonly row: RunRow; readonly metrics: readonly string[]; readonly colour: string }) {
  const keys = useMemo(() => machineKeys(metrics), [metrics]);
  const series = useSeries([row.id], keys, isRunning(row)).data;
  const [cross, setCross] = useState<number>();
  const [zoom, setZoom] = useState<readonly [number, number]>();
  const lines = useMemo(() => new Map(keys.map((key) => [key, (series ?? []).filter(({ metric }) => metric === key).map((one) => ({ ...lineOf(one, 'time'), name: row.name, colour }))])), [keys, series, row.name, colour]);
  if (keys.length === 0) return null;
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{isRunning(row) ? 'The machine, live' : 'The machine'}</h2>
        {zoom && (
          <button type="button" className="btn small" onClick={() => setZoom(undefined)}>
            Show all
          </button>
        )}
      </div>
      <div className="overlays">
        {keys.map((key) => (
          <Overlay key={key} title={machineName(key)} lines={lines.get(key) ?? []} axis="time" weight={0} log={false} zoom={zoom} setZoom={setZoom} cross={cross} setCross={setCross} height={120} />
        ))}
      </div>
    </section>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { getBlob } from '../../shared/api/client';
import { useScan } from '../../shared/api/queries';
import type { ModelVersion } from '../../shared/api/types';
import { bytes, shortDigest } from '../../shared/lib/format';
import { save } from '../../shared/lib/save';
import { Pill } from '../../shared/ui/Pill';

const at = encodeURIComponent;

/** Whether the stored bytes are what was registered and carry no code, read now; and the bytes to take along. */
export function Trust({ version }: { readonly version: ModelVersion }) {
  const [asked, setAsked] = useState(false);
  const scan = useScan(version.product, version.version, asked);
  const fetchIt = useMutation({
    mutationFn: async () => save(`${version.product}-${version.version}.zip`, await getBlob(`/api/v1/models/${at(version.product)}/versions/${at(version.version)}/bundle`)),
  });
  const wrong = scan.error ?? fetchIt.error;
  return (
    <section className="band">
      <h2>The bundle</h2>
      <p>
        {scan.data ? (
          scan.data.damaged.length > 0 ? (
            <>
              <Pill outcome="FAILED" text="damaged" /> {scan.data.damaged.join(', ')}: no longer what was registered. Restore a backup, or train the version again.
            </>
          ) : scan.data.findings.length > 0 ? (
            <>
              <Pill outcome="FAILED" text="objected to" /> {scan.data.findings.join('; ')}.
            </>
          ) : (
            <>
              <Pill outcome="PASS" text="clean" /> {scan.data.files} files hashed and scanned just now; each is what was registered, and none carries code.
            </>
          )
        ) : (
          <>
            It was scanned when it was registered, as every bundle is. Its bytes are <span className="mono">{shortDigest(String(version.bundle))}</span>, {bytes(version.bytes)}.
          </>
        )}
      </p>
      <p className="row">
        <button type="button" className="btn small" disabled={scan.isFetching} onClick={() => (asked ? void scan.refetch() : setAsked(true))}>
          {scan.isFetching ? 'Reading every byte…' : 'Scan it now'}
        </button>{' '}
        <button type="button" className="btn small" disabled={fetchIt.isPending} onClick={() => fetchIt.mutate()}>
          {fetchIt.isPending ? 'Packing…' : 'Download the bundle'}
        </button>
      </p>
      {wrong && (
        <p className="wrong" role="alert">
          {wrong.message}
        </p>
      )}
    </section>
  );
}

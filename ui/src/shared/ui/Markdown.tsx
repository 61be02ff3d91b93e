import { blocks, spans, type Block } from '../lib/markdown';

/** A document as it is written, set in the page's own type. */
export function Markdown({ source }: { readonly source: string }) {
  return (
    <>
      {blocks(source).map((block, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a document's parts have no identity but their place
        <Part key={index} block={block} />
      ))}
    </>
  );
}

function Part({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level <= 2 ? <h2>{<Line text={block.text} />}</h2> : <h3>{<Line text={block.text} />}</h3>;
    case 'paragraph':
      return (
        <p>
          <Line text={block.text} />
        </p>
      );
    case 'list':
      return (
        <ul className="bullets">
          {block.items.map((item) => (
            <li key={item}>
              <Line text={item} />
            </li>
          ))}
        </ul>
      );
    case 'code':
      return (
        <pre className="log" tabIndex={0} aria-label="Code">
          {block.text}
        </pre>
      );
    case 'table':
      return (
        <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
          <table>
            <thead>
              <tr>
                {block.head.map((cell) => (
                  <th key={cell}>
                    <Line text={cell} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr key={row.join('|')}>
                  {row.map((cell, index) => (
                    // oxlint-disable-next-line react/no-array-index-key -- cells stand in columns
                    <td key={index}>
                      <Line text={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function Line({ text }: { readonly text: string }) {
  return (
    <>
      {spans(text).map((span, index) => {
        // oxlint-disable-next-line react/no-array-index-key -- parts of a line have no identity but their place
        const key = index;
        if (span.kind === 'strong') return <b key={key}>{span.text}</b>;
        if (span.kind === 'code') return <code key={key}>{span.text}</code>;
        if (span.kind === 'link')
          return (
            <a key={key} href={span.href}>
              {span.text}
            </a>
          );
        return <span key={key}>{span.text}</span>;
      })}
    </>
  );
}

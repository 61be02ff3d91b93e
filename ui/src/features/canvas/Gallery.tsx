import { useQuery } from '@tanstack/react-query';
import { Waiting } from '../../shared/ui/Asked';
import { blocksIn } from './source';
import { forProduct, templates } from './templates';

/** Canvases to start from; taking one replaces the draft, and nothing else. */
export function Gallery({ product, take }: { readonly product: string; readonly take: (text: string) => void }) {
  const { data } = useQuery({ queryKey: ['templates'], queryFn: templates, staleTime: Infinity });
  if (!data) return <Waiting />;
  return (
    <>
      <p className="muted">A template replaces your draft of {product}. What is applied stays as it is until you apply a plan.</p>
      <ul className="gallery">
        {data.map((template) => {
          const text = forProduct(template.text, product);
          const blocks = blocksIn(text);
          return (
            <li key={template.name} className="sheet">
              <h2>{template.name}</h2>
              <p>{template.about}</p>
              <p className="muted">
                {blocks.length} blocks answered: {blocks.join(', ')}
              </p>
              <details>
                <summary>Read it</summary>
                <pre className="log" tabIndex={0} aria-label={`Template ${template.name}`}>
                  {text}
                </pre>
              </details>
              <button type="button" className="btn" onClick={() => take(text)}>
                Start from {template.name}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

import { useId } from 'react';
import type { FieldInfo } from '../../shared/api/contract';
import { controlOf, defaultText, defaultValue, hint, label, listOf, textOf } from './fields';
import type { Path, Value } from './source';

export type Change = (field: Path, value: Value | undefined) => void;

interface Props {
  readonly field: FieldInfo;
  readonly path: Path;
  readonly value: Value | undefined;
  readonly change: Change;
  /** What the server said about this field, by its path. */
  readonly wrong: (path: Path) => string | undefined;
}

/** One field: its input by type, what holds when nothing is said, and what is wrong with it. */
export function FieldInput(props: Props) {
  const { field, path, value, change } = props;
  const id = useId();
  const control = controlOf(field);
  if (control === 'record') return <Fields {...props} />;
  if (control === 'records') return <Records {...props} />;
  const given = value !== undefined;
  const fallback = defaultText(field.default);
  const help = hint(field);
  const problem = props.wrong(path);
  return (
    <div className={problem ? 'answer-field bad' : 'answer-field'}>
      <div className="name">
        <label htmlFor={id}>{label(field.name)}</label>
        {field.unit && <span className="muted">{field.unit}</span>}
        {field.required === true && !given && <span className="needed">needed</span>}
        <span className="origin">
          {!given && fallback !== '' && (
            <>
              default{' '}
              <button type="button" className="link" onClick={() => change(path, defaultValue(field))}>
                confirm
              </button>
            </>
          )}
          {given && fallback !== '' && (
            <button type="button" className="link" onClick={() => change(path, undefined)}>
              back to default
            </button>
          )}
        </span>
      </div>
      <Control id={id} control={control} field={field} value={value} fallback={fallback} invalid={problem !== undefined} set={(next) => change(path, next)} />
      {help !== '' && (
        <p className="muted" id={`${id}-help`}>
          {help}
        </p>
      )}
      {problem && (
        <p className="problem" id={`${id}-wrong`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface ControlProps {
  readonly id: string;
  readonly control: string;
  readonly field: FieldInfo;
  readonly value: Value | undefined;
  readonly fallback: string;
  readonly invalid: boolean;
  readonly set: (value: Value | undefined) => void;
}

function Control({ id, control, field, value, fallback, invalid, set }: ControlProps) {
  const common = { id, 'aria-invalid': invalid, 'aria-describedby': `${id}-help ${id}-wrong` };
  switch (control) {
    case 'choice':
    case 'switch': {
      const choices = control === 'switch' ? ['yes', 'no'] : (field.oneOf ?? []);
      const now = textOf(value);
      return (
        <select {...common} className="text" value={now} onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}>
          <option value="">{fallback === '' ? 'not answered' : `${fallback} (default)`}</option>
          {now !== '' && !choices.includes(now) && <option>{now}</option>}
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    }
    case 'choices': {
      const now = listOf(value).map(textOf);
      const shown = value === undefined ? listOf(defaultValue(field)).map(textOf) : now;
      return (
        <span className="choices" role="group" aria-label={label(field.name)}>
          {(field.oneOf ?? []).map((choice) => (
            <label key={choice} className={value === undefined ? 'faint' : ''}>
              <input type="checkbox" checked={shown.includes(choice)} onChange={() => set(shown.includes(choice) ? shown.filter((one) => one !== choice) : [...shown, choice])} /> {choice}
            </label>
          ))}
        </span>
      );
    }
    case 'lines': {
      const lines = listOf(value).map(textOf);
      return (
        <textarea
          {...common}
          className="lines-input"
          rows={Math.max(2, lines.length + 1)}
          placeholder={fallback === '' || fallback === '[]' ? 'one per line' : listOf(defaultValue(field)).map(textOf).join('\n')}
          value={lines.join('\n')}
          onChange={(event) => set(event.target.value === '' ? undefined : event.target.value.split('\n'))}
          onBlur={() => lines.some((line) => line.trim() === '') && set(lines.filter((line) => line.trim() !== ''))}
        />
      );
    }
    default:
      return <input {...common} className="text mono" autoComplete="off" spellCheck="false" value={textOf(value)} placeholder={fallback} onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)} />;
  }
}

const inner = (value: Value | undefined, name: string): Value | undefined => (typeof value === 'object' && !Array.isArray(value) ? (value as { readonly [key: string]: Value })[name] : undefined);

function Fields({ field, path, value, change, wrong }: Props) {
  return (
    <fieldset className="group">
      <legend>{label(field.name)}</legend>
      <div className="item-fields">
        {(field.fields ?? []).map((one) => (
          <FieldInput key={one.name} field={one} path={[...path, one.name]} value={inner(value, one.name)} change={change} wrong={wrong} />
        ))}
      </div>
    </fieldset>
  );
}

function Records({ field, path, value, change, wrong }: Props) {
  const items = listOf(value);
  const problem = wrong(path);
  return (
    <fieldset className="group">
      <legend>{label(field.name)}</legend>
      {items.length === 0 && <p className="muted">{defaultText(field.default) === '' || defaultText(field.default) === '[]' ? 'None yet.' : `Default: ${defaultText(field.default)}`}</p>}
      {items.map((item, index) => (
        // An item has no identity but its place; moving is taking away and adding.
        // oxlint-disable-next-line react/no-array-index-key
        <div className="item" key={index}>
          <header>
            <b>{itemName(item, index)}</b>
            <button type="button" className="link" onClick={() => change([...path, index], undefined)}>
              take away<span className="visually-hidden"> {itemName(item, index)}</span>
            </button>
          </header>
          <div className="item-fields">
            {(field.fields ?? []).map((one, position) => (
              <FieldInput
                key={one.name}
                field={one}
                path={[...path, index, one.name]}
                value={typeof item === 'string' ? (position === 0 ? item : undefined) : inner(item, one.name)}
                change={(at, next) => (typeof item === 'string' ? change([...path, index], { [field.fields?.[0]?.name ?? 'id']: item, [one.name]: next ?? '' }) : change(at, next))}
                wrong={wrong}
              />
            ))}
          </div>
        </div>
      ))}
      <button type="button" className="btn small" onClick={() => change([...path, items.length], Object.fromEntries((field.fields ?? []).slice(0, 1).map((one) => [one.name, `new_${items.length + 1}`])))}>
        Add to {label(field.name).toLowerCase()}
      </button>
      {problem && <p className="problem">{problem}</p>}
    </fieldset>
  );
}

function itemName(item: Value, index: number): string {
  if (typeof item === 'string') return item;
  for (const name of ['id', 'name', 'user', 'metric', 'title', 'dataset', 'on', 'kind', 'attribute', 'text']) {
    const found = inner(item, name);
    if (typeof found === 'string' && found !== '') return found;
  }
  return `${index + 1}`;
}

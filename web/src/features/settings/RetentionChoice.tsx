import { Choice } from '../../ui/Choice';

const ALL = 'all';

interface RetentionChoiceProps<Value> {
  label: string;
  /** Null: everything is kept. */
  value: Value | null;
  known: readonly Value[];
  allLabel: string;
  labelOf: (value: Value) => string;
  onChange: (value: Value | null) => void;
}

/** How long this device keeps something for its person: for ever, or as one of the known values says. */
export function RetentionChoice<Value>({ label, value, known, allLabel, labelOf, onChange }: RetentionChoiceProps<Value>) {
  const idOf = (one: Value | null) => (one === null ? ALL : JSON.stringify(one));
  return (
    <Choice<string>
      label={label}
      value={idOf(value)}
      onChange={(id) => onChange(known.find((one) => idOf(one) === id) ?? null)}
      options={[{ value: ALL, label: allLabel }, ...known.map((one) => ({ value: idOf(one), label: labelOf(one) }))]}
    />
  );
}

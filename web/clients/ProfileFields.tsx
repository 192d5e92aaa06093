// The fields of a profile. Each says what happens without an answer; what the API refuses stands at its field.
import { createUniqueId, For, type JSX, Show } from "solid-js";
import { facts, type Limit, type LimitUnit, limitUnits, type ProfileDraft } from "./profile-draft.ts";

type Flaws = Readonly<Record<string, string>>;

const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export const ProfileFields = (props: { draft: ProfileDraft; flaws: Flaws; onDraft: (draft: ProfileDraft) => void }) => {
  const set = (changed: Partial<ProfileDraft>) => props.onDraft({ ...props.draft, ...changed });
  return (
    <>
      <Choice
        legend="A number such as 1,200"
        value={props.draft.decimalSeparator}
        options={[
          ["", "is refused as ambiguous"],
          ["DOT", "means 1200"],
          ["COMMA", "means 1.2"],
        ]}
        onValue={(decimalSeparator) => set({ decimalSeparator })}
      />
      <Choice
        legend="A date such as 01/02/2026"
        value={props.draft.dateOrder}
        options={[
          ["", "is refused as ambiguous"],
          ["DMY", "is 1 February"],
          ["MDY", "is 2 January"],
        ]}
        onValue={(dateOrder) => set({ dateOrder })}
      />
      <Field label="Time zone of times without one" flaw={props.flaws.timeZone}>
        {(field) => (
          <>
            <input
              {...field}
              list="zones"
              value={props.draft.timeZone}
              placeholder="none: read as UTC, with a warning"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ timeZone: event.currentTarget.value })}
            />
            <datalist id="zones">
              <For each={zones}>{(zone) => <option value={zone} />}</For>
            </datalist>
          </>
        )}
      </Field>
      <Choice
        legend="What makes two events the same"
        value={props.draft.identity}
        options={[
          ["KEY", "the idempotency key, where one is given"],
          ["CONTENT", "the content alone: it gives each retry a new key"],
        ]}
        onValue={(identity) => set({ identity })}
      />
      <fieldset class="choices">
        <legend>Amounts that count besides positive ones</legend>
        <label class="choice">
          <input
            type="checkbox"
            checked={props.draft.allowZero}
            onChange={(event) => set({ allowZero: event.currentTarget.checked })}
          />
          zero
        </label>
        <label class="choice">
          <input
            type="checkbox"
            checked={props.draft.allowNegative}
            onChange={(event) => set({ allowNegative: event.currentTarget.checked })}
          />
          negative
        </label>
      </fieldset>
      <div class="pair">
        <LimitField
          label="Refuse events older than"
          placeholder="no limit"
          limit={props.draft.late}
          flaw={props.flaws.lateLimitSeconds}
          onLimit={(late) => set({ late })}
        />
        <LimitField
          label="Refuse events further ahead than"
          placeholder="24"
          limit={props.draft.future}
          flaw={props.flaws.futureLimitSeconds}
          onLimit={(future) => set({ future })}
        />
      </div>
      <Field label="Events it may send a minute" flaw={props.flaws.rateLimitPerMinute}>
        {(field) => (
          <input
            {...field}
            inputmode="numeric"
            value={props.draft.rate}
            placeholder="as many as any client"
            autocomplete="off"
            onInput={(event) => set({ rate: event.currentTarget.value })}
          />
        )}
      </Field>
      <details class="disclosure" open={facts.some((fact) => props.draft.aliases[fact] !== "")}>
        <summary>Other names of fields</summary>
        <p class="quiet">
          Names or paths, such as <code>kind</code>, <code>data.type</code> or <code>items[0].price</code>, separated by
          commas. They beat all other names.
        </p>
        <For each={facts}>
          {(fact) => (
            <Field label={fact} flaw={props.flaws[`aliases.${fact}`]}>
              {(field) => (
                <input
                  {...field}
                  value={props.draft.aliases[fact]}
                  autocomplete="off"
                  spellcheck={false}
                  onInput={(event) => set({ aliases: { ...props.draft.aliases, [fact]: event.currentTarget.value } })}
                />
              )}
            </Field>
          )}
        </For>
      </details>
    </>
  );
};

const Choice = <V extends string>(props: {
  legend: string;
  value: V;
  options: readonly (readonly [value: V, text: string])[];
  onValue: (value: V) => void;
}) => {
  const name = createUniqueId();
  return (
    <fieldset class="choices">
      <legend>{props.legend}</legend>
      <For each={props.options}>
        {([value, text]) => (
          <label class="choice">
            <input type="radio" name={name} checked={props.value === value} onChange={() => props.onValue(value)} />
            {text}
          </label>
        )}
      </For>
    </fieldset>
  );
};

interface FieldIds {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string;
}

const Field = (props: { label: string; flaw: string | undefined; children: (field: FieldIds) => JSX.Element }) => {
  const id = createUniqueId();
  const field: FieldIds = {
    id,
    get "aria-invalid"() {
      return props.flaw !== undefined;
    },
    "aria-describedby": `${id}-flaw`,
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children(field)}
      <p id={`${id}-flaw`} class="flaw" role="status">
        <Show when={props.flaw}>It {props.flaw}.</Show>
      </p>
    </div>
  );
};

const LimitField = (props: {
  label: string;
  placeholder: string;
  limit: Limit;
  flaw: string | undefined;
  onLimit: (limit: Limit) => void;
}) => (
  <Field label={props.label} flaw={props.flaw}>
    {(field) => (
      <div class="limit">
        <input
          {...field}
          inputmode="decimal"
          value={props.limit.count}
          placeholder={props.placeholder}
          autocomplete="off"
          onInput={(event) => props.onLimit({ ...props.limit, count: event.currentTarget.value })}
        />
        <select
          aria-label={`Unit of: ${props.label}`}
          value={props.limit.unit}
          onChange={(event) => props.onLimit({ ...props.limit, unit: event.currentTarget.value as LimitUnit })}
        >
          <For each={Object.keys(limitUnits)}>{(unit) => <option value={unit}>{unit}</option>}</For>
        </select>
      </div>
    )}
  </Field>
);

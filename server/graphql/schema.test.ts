import { readFileSync } from "node:fs";
import {
  BreakingChangeType,
  buildSchema,
  findSchemaChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from "graphql";
import { expect, test } from "vitest";
import { printedSchema, SCHEMA_FILE } from "./print.ts";
import { schema } from "./schema.ts";

const ownTypes = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

test("schema.graphql is what the code says (npm run schema writes it)", () => {
  expect(readFileSync(SCHEMA_FILE, "utf8")).toBe(printedSchema());
});

test("no name that clients rely on is missing or changed", () => {
  const contract = buildSchema(readFileSync(new URL("contract.graphql", import.meta.url), "utf8"));
  const isBreaking = ({ type }: { type: string }): boolean => type in BreakingChangeType;
  expect(findSchemaChanges(contract, schema).filter(isBreaking)).toEqual([]);
});

test("every type, field, argument and scalar tells what it is", () => {
  const silent: string[] = [];
  const check = (name: string, { description }: { description?: string | null | undefined }): void => {
    if (!description) silent.push(name);
  };
  for (const type of ownTypes) {
    check(type.name, type);
    if (isScalarType(type) && !type.specifiedByURL) silent.push(`${type.name} @specifiedBy`);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name})`, argument);
    }
  }
  expect(silent).toEqual([]);
  expect(ownTypes.some(isEnumType)).toBe(true);
});

// The mandatory tests of CSAF 2.0 (section 6.1), by the validator in the folder that the first argument names.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, ...paths] = process.argv.slice(2);
const module = (name) => import(pathToFileURL(`${folder}/${name}.js`).href);
const { default: validate } = await module("validate");
const tests = [await module("schemaTests"), await module("mandatoryTests")].flatMap((all) => Object.values(all));
for (const path of paths) {
  const document = JSON.parse(readFileSync(path, "utf8"));
  if (document.vulnerabilities.length === 0) continue;
  const result = await validate(tests.filter((test) => typeof test === "function"), document);
  for (const test of result.tests.filter((test) => !test.isValid)) {
    console.error(path, test.name, JSON.stringify(test.errors.slice(0, 5)));
    process.exitCode = 1;
  }
}

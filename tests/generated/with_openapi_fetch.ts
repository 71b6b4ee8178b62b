// A day's work with openapi-fetch and the types that openapi-typescript makes of the document.
// API, CONTRIBUTOR and EDITOR are the address and two tokens. Prints what was done, as JSON.

import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";

declare const process: { env: Record<string, string> };

// Lists come as CSV too, which is left to other programs.
const client = (token?: string) =>
  createClient<paths, `application/${string}`>({
    baseUrl: process.env.API,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
const anybody = client();
const contributor = client(process.env.CONTRIBUTOR);
const editor = client(process.env.EDITOR);

// What an answer holds; anything but success ends it.
function done<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.url}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}
const version = (answer: { response: Response }) => answer.response.headers.get("ETag") ?? "";
const cited = (source: string) => [{ source, locator_kind: "paragraph" as const, locator: "4" }];

// Find
const found = done(
  await anybody.GET("/api/v1/people/", { params: { query: { q: "samad", fields: ["name"] } } }),
);
const repeated = done(
  await anybody.GET("/api/v1/people/", {
    params: { query: { gender__in: ["male", "female"], ordering: ["-name"] } },
  }),
);

// Create one and several, and cite
const source = done(
  await contributor.POST("/api/v1/sources/", {
    body: { title: "Example of a client", kind: "article", date: "2025-12-10" },
  }),
);
if ("results" in source) throw new Error("one source, told as several");
const person = done(
  await contributor.POST("/api/v1/people/", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { name: "Example Person", citations: cited(source.id!) },
  }),
);
if ("results" in person) throw new Error("one person, told as several");
const several = done(
  await contributor.POST("/api/v1/organizations/", {
    body: ["Example Club", "Example Union"].map((name) => ({ name, citations: cited(source.id!) })),
  }),
);
if (!("results" in several)) throw new Error("several organizations, told as one");
const club = several.results[0].id!;
const made = await contributor.POST("/api/v1/dialogues/", {
  body: {
    title: "Example of a meeting",
    start_date: "October 2025",
    disclosure: "public",
    participations: [
      { person: person.id!, role: "participant", citations: cited(source.id!) },
      { organization: club, role: "participant", citations: cited(source.id!) },
    ],
    citations: cited(source.id!),
  },
});
const dialogue = done(made);
if ("results" in dialogue) throw new Error("one dialogue, told as several");

// Submit and publish, with all that goes along
const also = [source.id!, person.id!, club];
const id = dialogue.id!;
const submitted = await contributor.POST("/api/v1/dialogues/{id}/submit/", {
  params: { path: { id }, header: { "If-Match": version(made) } },
  body: { also },
});
done(submitted);
const published = await editor.POST("/api/v1/dialogues/{id}/publish/", {
  params: { path: { id }, header: { "If-Match": version(submitted) } },
  body: { also, already_public: false },
});
const read = done(
  await anybody.GET("/api/v1/dialogues/{id}/", { params: { path: { id: done(published).slug! } } }),
);

// What is wrong
const wrong = await contributor.POST("/api/v1/places/", { body: { name: "Example", country: "Nowhere" } });

// Read every list
const lists: Record<string, number> = {};
const names = [
  "affiliations", "assessments", "case-actors", "case-events", "case-relations", "cases", "charges",
  "citations", "conflicts", "context-events", "dialogues", "occupations", "organizations", "participations",
  "people", "places", "questions", "recognitions", "sources", "statement-relations", "statements",
] as const;
for (const name of names) {
  lists[name.replaceAll("-", "_")] = done(await anybody.GET(`/api/v1/${name}/`)).results.length;
}
lists.changes = done(await anybody.GET("/api/v1/changes/")).results.length;
done(await anybody.GET("/api/v1/"));
done(await anybody.GET("/api/v1/vocabularies/"));
done(await editor.GET("/api/v1/proposals/"));
Object.assign(lists, { api: 0, vocabularies: 0, proposals: 0 });

console.log(
  JSON.stringify({
    found: found.results.map((row) => row.name),
    repeated: repeated.results.length,
    one: "Person",
    several: ["OrganizationResults", several.results.length],
    date: read.start_date?.edtf,
    participants: read.participations?.length,
    problem: wrong.error?.errors?.map((one) => one.pointer),
    lists,
  }),
);

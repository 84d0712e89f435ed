"""Checks documents with other people's validators and readers.

validate.py FORMAT SCHEMAS FILE...: exits with 77 where a package is missing, and says which; with 1 where a document
is refused.
"""
import csv
import io
import json
import os
import subprocess
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def checked(schema, resources=()):
    import jsonschema
    import referencing

    kind = jsonschema.validators.validator_for(schema)
    registry = referencing.Registry().with_resources(
        [(name, referencing.Resource.from_contents(one, default_specification=referencing.jsonschema.DRAFT7))
         for name, one in resources])
    validator = kind(schema, registry=registry, format_checker=kind.FORMAT_CHECKER)

    def check(document):
        errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
        assert not errors, "\n".join(f"{list(e.absolute_path)}: {e.message[:400]}" for e in errors[:10])

    return check


def by_schema(name):
    def run(schemas, paths):
        check = checked(load(f"{schemas}/{name}"))
        for path in paths:
            check(load(path))
    return run


def own(schemas, paths):
    schema = load(f"{schemas}/report.schema.json")

    def closed(value):
        # What is written is documented: the schema lets fields pass that it does not know, this test does not.
        if isinstance(value, dict):
            if "properties" in value:
                value["unevaluatedProperties"] = False
            for inner in value.values():
                closed(inner)
        elif isinstance(value, list):
            for inner in value:
                closed(inner)

    package = schema["properties"]["packages"]["items"]
    package["unevaluatedProperties"] = False
    closed({key: value for key, value in schema["$defs"].items() if key != "package"})
    closed({key: value for key, value in schema["properties"].items() if key != "packages"})
    schema["unevaluatedProperties"] = False
    check = checked(schema)
    for path in paths:
        check(load(path))


def sarif(schemas, paths):
    by_schema("sarif/sarif-schema-2.1.0.json")(schemas, paths)
    for path in paths:
        # What code scanning asks for besides (docs.github.com, "SARIF support for code scanning").
        for run in load(path)["runs"]:
            rules = run["tool"]["driver"]["rules"]
            assert len({rule["id"] for rule in rules}) == len(rules)
            for rule in rules:
                assert len(rule["properties"]["tags"]) <= 20 and len(rule["shortDescription"]["text"]) <= 1024
                assert 0 <= float(rule["properties"].get("security-severity", 0)) <= 10
            prints = set()
            for result in run["results"]:
                assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
                for location in result["locations"]:
                    place = location["physicalLocation"]
                    assert place["region"]["startLine"] >= 1 and not place["artifactLocation"]["uri"].startswith("/")
                prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
            assert len(prints) == len(run["results"])
    try:
        from sarif import loader
    except ImportError:
        print("skipped: no sarif-tools", file=sys.stderr)
        return
    for path in paths:
        read = loader.load_sarif_file(path)
        assert read.get_distinct_tool_names() == ["plimsoll"]
        assert read.get_result_count() == sum(len(run["results"]) for run in load(path)["runs"])


def cyclonedx_json(version):
    def run(schemas, paths):
        names = ("spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json")
        others = [load(f"{schemas}/cyclonedx/{name}") for name in names]
        check = checked(load(f"{schemas}/cyclonedx/bom-{version}.schema.json"), [(o["$id"], o) for o in others])
        for path in paths:
            document = load(path)
            check(document)
            known = {c["bom-ref"] for c in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
            assert len(known) == len(document["components"]) + 1, "references are not unique"
            for vulnerability in document.get("vulnerabilities", []):
                assert all(a["ref"] in known for a in vulnerability["affects"]), "a reference leads nowhere"
        try:
            from cyclonedx.model.bom import Bom
        except ImportError:
            print("skipped: no cyclonedx-python-lib", file=sys.stderr)
            return
        for path in paths:
            document = load(path)
            bom = Bom.from_json(document)
            assert len(bom.components) <= len(document["components"])
            assert str(bom.serial_number) in document["serialNumber"]
    return run


def cyclonedx_xml(version):
    def run(schemas, paths):
        import xmlschema

        folder = f"{schemas}/cyclonedx"
        schema = xmlschema.XMLSchema(
            f"{folder}/bom-{version}.xsd", locations={"http://cyclonedx.org/schema/spdx": f"{folder}/spdx.xsd"},
            allow="local")
        for path in paths:
            schema.validate(path)
        try:
            from cyclonedx.model.bom import Bom
        except ImportError:
            print("skipped: no cyclonedx-python-lib", file=sys.stderr)
            return
        for path in paths:
            with open(path, encoding="utf-8") as file:
                Bom.from_xml(file)
    return run


def spdx(schemas, paths):
    if paths[0].endswith(".json"):
        by_schema("spdx/spdx-schema-2.3.json")(schemas, paths)
    try:
        from spdx_tools.spdx.parser.parse_anything import parse_file
        from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
    except ImportError:
        print("skipped: no spdx-tools", file=sys.stderr)
        return
    for path in paths:
        messages = validate_full_spdx_document(parse_file(path))
        assert not messages, "\n".join(message.validation_message for message in messages[:10])


def spdx3(schemas, paths):
    for path in paths:
        document = load(path)
        ids = {element.get("spdxId") or element["@id"] for element in document["@graph"]}
        for element in document["@graph"]:
            ends = [element.get("from"), *element.get("to", []), *element.get("rootElement", []),
                    *element.get("element", [])]
            assert all(end in ids for end in ends if end), "a reference leads nowhere"
    import pyshacl
    import rdflib

    context = load(f"{schemas}/spdx/spdx-3-spdx-context.jsonld")["@context"]
    model = rdflib.Graph().parse(f"{schemas}/spdx/spdx-3-spdx-model.ttl")
    for path in paths:
        document = load(path)
        assert document["@context"] == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
        document["@context"] = context
        graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
        conforms, _, text = pyshacl.validate(graph, shacl_graph=model, ont_graph=model)
        assert conforms, text[:3000]
    try:
        from spdx_python_model import v3_0_1
    except ImportError:
        print("skipped: no spdx-python-model", file=sys.stderr)
        return
    for path in paths:
        objects = v3_0_1.SHACLObjectSet()
        with open(path, "rb") as file:
            v3_0_1.JSONLDDeserializer().read(file, objects)
        assert any(True for _ in objects.foreach_type(v3_0_1.software_Sbom))


def openvex(schemas, paths):
    # A document without a statement has nothing to say, and the schema refuses it.
    paths = [path for path in paths if load(path)["statements"]]
    by_schema("openvex/openvex_json_schema.json")(schemas, paths)
    try:
        from lib4vex.parser import VEXParser
    except ImportError:
        print("skipped: no lib4vex", file=sys.stderr)
        return
    for path in paths:
        parser = VEXParser(vex_type="openvex")
        parser.parse(path)
        assert parser.get_vulnerabilities()


def csaf(schemas, paths):
    folder = f"{schemas}/csaf/csaf_2.0/first"
    others = [load(f"{folder}/cvss-v{version}.json") for version in ("2.0", "3.0", "3.1")]
    names = [f"https://www.first.org/cvss/cvss-v{version}.json" for version in ("2.0", "3.0", "3.1")]
    check = checked(load(f"{schemas}/csaf/csaf_2.0/csaf_json_schema.json"), list(zip(names, others)))
    for path in paths:
        document = load(path)
        # A document without a vulnerability has nothing to say, and the schema refuses it.
        if document["vulnerabilities"]:
            check(document)
    # The npm package @secvisogram/csaf-validator-lib, where it was installed.
    validator = os.environ.get("PLIMSOLL_CSAF_VALIDATOR")
    if not validator:
        print("skipped: PLIMSOLL_CSAF_VALIDATOR names no csaf-validator-lib", file=sys.stderr)
        return
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "csaf.mjs")
    run = subprocess.run(["node", script, validator, *paths], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def junit(schemas, paths):
    import xmlschema

    for dialect in ("JUnit.xsd", "junit-10.xsd"):
        schema = xmlschema.XMLSchema(f"{schemas}/junit/{dialect}")
        for path in paths:
            schema.validate(path)
    try:
        from junitparser import JUnitXml
    except ImportError:
        print("skipped: no junitparser", file=sys.stderr)
        return
    for path in paths:
        for suite in JUnitXml.fromfile(path):
            cases = list(suite)
            assert suite.tests == len(cases)
            failed = sum(1 for case in cases if any(type(r).__name__ == "Failure" for r in case.result))
            assert suite.failures == failed


def codequality(_, paths):
    for path in paths:
        issues = load(path)
        assert len({issue["fingerprint"] for issue in issues}) == len(issues)
        for issue in issues:
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert issue["description"] and issue["check_name"] and issue["location"]["lines"]["begin"] >= 1
            assert not issue["location"]["path"].startswith(("/", "./"))


def github(_, paths):
    for path in paths:
        snapshot = load(path)
        assert snapshot["version"] == 0 and len(snapshot["sha"]) == 40
        assert {"id", "correlator"} <= snapshot["job"].keys() and {"name", "version", "url"} <= snapshot["detector"].keys()
        for name, manifest in snapshot["manifests"].items():
            assert manifest["name"] == name
            assert all(one["package_url"].startswith("pkg:") for one in manifest["resolved"].values())


def harbor(schemas, paths):
    import yaml

    with open(f"{schemas}/harbor/scanner-adapter-openapi-v1.2.yaml", encoding="utf-8") as file:
        api = yaml.safe_load(file)

    def closed(schema):
        # A misspelt member would pass an open object.
        if isinstance(schema, dict):
            if schema.get("type") == "object" and "properties" in schema and "additionalProperties" not in schema:
                schema["additionalProperties"] = False
            for value in schema.values():
                closed(value)
        return schema

    components = closed(api["components"])
    schema = {"$ref": "#/components/schemas/HarborVulnerabilityReport", "components": components}
    schema = json.loads(json.dumps(schema, default=str))
    check = checked({"$schema": "http://json-schema.org/draft-07/schema#", "allOf": [{"$ref": schema["$ref"]}],
                     "components": schema["components"]})
    for path in paths:
        check(load(path))


def shape(schemas, file, root, pick):
    import botocore.model
    import botocore.validate

    shapes = load(f"{schemas}/{file}")["shapes"]
    model = botocore.model.ShapeResolver(shapes).get_shape_by_name(root)
    validator = botocore.validate.ParamValidator()

    def names(value, model, where):
        # The validator lets members pass that the service does not know.
        if model.type_name == "structure" and isinstance(value, dict):
            for key, member in value.items():
                assert key in model.members, f"{where}: no member {key}"
                names(member, model.members[key], f"{where}.{key}")
        elif model.type_name == "list":
            for item in value:
                names(item, model.member, where)
        elif model.type_name == "string" and getattr(model, "enum", None):
            assert value in model.enum, f"{where}: {value}"

    def check(document):
        document = pick(document)
        report = validator.validate(document, model)
        assert not report.has_errors(), report.generate_report()[:3000]
        names(document, model, root)

    return check


def asff(schemas, paths):
    # At most a hundred in one call; whoever imports them parts them.
    check = shape(schemas, "asff-shapes.json", "BatchImportFindingsRequest", lambda document: document)
    for path in paths:
        findings = load(path)["Findings"]
        for at in range(0, len(findings), 100):
            check({"Findings": findings[at:at + 100]})


def ecr(schemas, paths):
    check = shape(schemas, "ecr-scan-findings-shapes.json", "DescribeImageScanFindingsResponse", lambda d: d)
    for path in paths:
        check(load(path))


def comma(_, paths):
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        assert len({len(row) for row in rows}) == 1 and rows[0][0] == "severity"
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows[1:] for cell in row)


def prometheus(_, paths):
    from prometheus_client.parser import text_fd_to_metric_families

    for path in paths:
        with open(path, encoding="utf-8") as file:
            families = list(text_fd_to_metric_families(io.StringIO(file.read())))
        assert {family.name for family in families} >= {"plimsoll_healthy", "plimsoll_packages"}


def html(_, paths):
    import html.parser

    class Reader(html.parser.HTMLParser):
        empty = {"meta", "input", "br", "link", "rect"}

        def __init__(self):
            super().__init__()
            self.open, self.ids, self.scripts = [], [], 0

        def handle_starttag(self, tag, attributes):
            names = [name for name, _ in attributes]
            assert len(set(names)) == len(names), f"{tag}: an attribute twice"
            assert not any(name.startswith("on") or name == "style" for name in names), f"{tag}: {names}"
            for name, value in attributes:
                if name in ("href", "src"):
                    assert value.startswith(("https://", "http://", "#")), value
                if name == "id":
                    self.ids.append(value)
            self.scripts += tag == "script"
            if tag not in self.empty:
                self.open.append(tag)

        def handle_endtag(self, tag):
            if tag not in self.empty:
                assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open[-3:]}"
                self.open.pop()

    for path in paths:
        reader = Reader()
        with open(path, encoding="utf-8") as file:
            reader.feed(file.read())
        assert not reader.open and len(set(reader.ids)) == len(reader.ids) and reader.scripts == 1


def markdown(_, paths):
    import re

    import cmarkgfm

    for path in paths:
        with open(path, encoding="utf-8") as file:
            # GitHub filters what is raw; here it is let through, so that it would be seen.
            page = cmarkgfm.github_flavored_markdown_to_html(file.read(), options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
        tags = set(re.findall(r"<\s*/?([a-zA-Z0-9]+)", page))
        assert tags <= {"h2", "h3", "p", "ul", "ol", "li", "code", "a", "table", "thead", "tbody", "tr", "th", "td"}, tags
        for link in re.findall(r'href="([^"]*)"', page):
            assert link.startswith(("https://nvd.nist.gov/", "https://github.com/advisories/", "https://osv.dev/")), link
        # No one is mentioned: an at sign with a name behind it stands in code alone.
        assert not re.search(r"@[A-Za-z]", re.sub(r"<code>.*?</code>", "", page))
        columns = {row.count("<td>") for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)} - {0}
        assert columns <= {3, 5, 6}, columns


CHECKS = {
    "markdown": markdown,
    "json": own,
    "sarif": sarif,
    "cyclonedx": cyclonedx_json("1.6"),
    "cyclonedx-1.5": cyclonedx_json("1.5"),
    "cyclonedx-xml": cyclonedx_xml("1.6"),
    "cyclonedx-1.5-xml": cyclonedx_xml("1.5"),
    "spdx": spdx,
    "spdx-tag-value": spdx,
    "spdx-3": spdx3,
    "openvex": openvex,
    "csaf": csaf,
    "junit": junit,
    "gitlab": by_schema("gitlab-container-scanning-15.0.7.constraints.json"),
    "gitlab-codequality": codequality,
    "github": github,
    "harbor": harbor,
    "asff": asff,
    "ecr": ecr,
    "csv": comma,
    "prometheus": prometheus,
    "html": html,
}


def main():
    name, schemas, *paths = sys.argv[1:]
    check = CHECKS.get(name)
    if check is None:
        print(f"skipped: no validator for {name}", file=sys.stderr)
        sys.exit(77)
    try:
        check(schemas, paths)
    except ImportError as error:
        print(f"skipped: {error}", file=sys.stderr)
        sys.exit(77)


main()

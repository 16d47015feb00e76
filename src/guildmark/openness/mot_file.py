"""A subject written as the Model Openness Tool's own YAML (its schema/mof_schema.json, framework 1.0)."""

from datetime import date

from guildmark import papers
from guildmark.openness.components import COMPONENTS
from guildmark.openness.grades import grades
from guildmark.openness.licensing import Licensed
from guildmark.subject import Subject

FRAMEWORK_DATE = "2024-12-15"


def write(subject: Subject, on: date) -> bytes:
    """The file, with the components that are present; what is only told of is left out, as a comment says."""
    import yaml

    found = grades(subject)
    shared = found["final_parameters"]
    release = {
        "name": subject.record.name or "unnamed",
        "version": "",
        "date": on.isoformat(),
        "license": {"distribution": {"name": licence(shared), "path": _path(shared)}},
        "type": "",
        "architecture": "",
        "origin": "",
        "producer": next((seen.seen for seen in papers.people(subject)), "")[:200],
        "contact": "",
        "components": [
            _entry(component.name, component.is_what, found[component.id])
            for component in COMPONENTS
            if found[component.id].part.state == "present"
        ],
    }
    framework = {"name": "Model Openness Framework", "version": "1.0", "date": FRAMEWORK_DATE}
    told = [component.name for component in COMPONENTS if found[component.id].part.state == "unknown"]
    head = f"# Written from {subject.record.digest or 'files without a digest'}.\n"
    head += f"# Told of, and not among the files: {', '.join(told) or 'nothing'}.\n"
    body = yaml.safe_dump({"framework": framework, "release": release}, sort_keys=False, allow_unicode=True, width=100)
    return (head + body).encode()


def _entry(name: str, is_what: str, one: Licensed) -> dict[str, str]:
    paths = [held.file.path for held in one.part.files]
    return {
        "name": name,
        "description": is_what[0].upper() + is_what[1:],
        "license": licence(one) or "unlicensed",
        "license_path": _path(one),
        "component_path": paths[0] if paths else "",
    }


def licence(one: Licensed) -> str:
    """The licence as the tool writes it; one that is in doubt keeps a name that the tool does not take for open."""
    return one.licence if one.open or not one.licence else f"{one.licence} (not open, or in doubt)"


def _path(one: Licensed) -> str:
    return one.evidence[0].path if one.evidence else ""

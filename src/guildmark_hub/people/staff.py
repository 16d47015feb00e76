"""The tables for those who run the hub: what they change is kept in the trail, what must stand cannot be changed."""

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.http import HttpRequest

from guildmark_hub.people import roles, trail
from guildmark_hub.people.doors import person_of

if TYPE_CHECKING:  # only for a type checker does it take what it is of
    Table = admin.ModelAdmin[models.Model]
else:
    Table = admin.ModelAdmin
LONGEST = 2_000
"""No value of a row stands in the trail with more characters."""


class Kept(Table):
    """A table that staff read, and change in its `editable` fields; each change is a line of the trail.

    `secret` fields are never shown and never kept."""

    editable: ClassVar[tuple[str, ...]] = ()
    secret: ClassVar[tuple[str, ...]] = ()
    deletable: ClassVar[bool] = False
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff, and nobody else."""
        return roles.has(request.user, "staff")

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Staff read all tables."""
        return roles.has(request.user, "staff")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Where something may be changed by hand."""
        return bool(self.editable) and roles.has(request.user, "staff")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are made by acts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Where a row may go."""
        return self.deletable and roles.has(request.user, "staff")

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """All but secrets and packed bytes."""
        return [one.name for one in self._shown()]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """All that is not editable."""
        return [one.name for one in self._shown() if one.name not in self.editable]

    def _shown(self) -> list[Any]:
        fields = self.model._meta.concrete_fields
        return [one for one in fields if one.name not in self.secret and not isinstance(one, models.BinaryField)]

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """The row and its line, or neither."""
        with transaction.atomic():
            before = self._told(self.model._default_manager.get(pk=obj.pk))
            super().save_model(request, obj, form, change)
            trail.keep(person_of(request), "staff.change", self._of(obj), before, self._told(obj))

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """The row goes, its line stays."""
        with transaction.atomic():
            before, of = self._told(obj), self._of(obj)
            super().delete_model(request, obj)
            trail.keep(person_of(request), "staff.delete", of, before, None)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[models.Model]) -> None:
        """Each with a line of its own."""
        with transaction.atomic():
            for one in queryset:
                self.delete_model(request, one)

    def _of(self, row: models.Model) -> str:
        return f"{self.model._meta.label_lower}:{row.pk}"

    def _told(self, row: models.Model) -> dict[str, Any]:
        told = {one.attname: _short(getattr(row, one.attname)) for one in self._shown()}
        found: dict[str, Any] = msgspec.json.decode(DjangoJSONEncoder().encode(told))
        return found


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value

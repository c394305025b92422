"""What the API shows of downtime packs."""

from rest_framework import serializers

from integration.jobs import pack_pages
from integration.models import DowntimePack


class PackSerializer(serializers.ModelSerializer[DowntimePack]):
    id = serializers.IntegerField(source="warehouse_id", read_only=True, help_text="The warehouse's")
    warehouse = serializers.CharField(source="warehouse.name", read_only=True)
    site = serializers.CharField(source="warehouse.site", read_only=True)

    class Meta:
        model = DowntimePack
        fields: tuple[str, ...] = ("id", "warehouse", "site", "made_at", "orders", "waiting", "left_out")


class PackContentSerializer(PackSerializer):
    sheets = serializers.SerializerMethodField(help_text="A page of HTML that needs no other file: print it")
    form = serializers.SerializerMethodField(help_text="CSV: what was shipped is filled in and loaded in the console")

    class Meta(PackSerializer.Meta):
        fields = (*PackSerializer.Meta.fields, "sheets", "form")

    def get_sheets(self, pack: DowntimePack) -> str:
        return pack_pages.html(pack)

    def get_form(self, pack: DowntimePack) -> str:
        return pack_pages.form(pack).decode("utf-8-sig")

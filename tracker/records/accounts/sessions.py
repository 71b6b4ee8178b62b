"""Database sessions stored under a hash of their key. A leaked copy does not open any session."""

import hashlib

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends import db
from django.utils import timezone


def session_key_hash(key):
    """The stored hash of a session key. 165 random bits need no slower hash; 160 bits fit the column."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        rows = self.model.objects.filter(expire_date__gt=timezone.now())
        session = (
            rows.filter(session_key=session_key_hash(self.session_key)).first() if self.session_key else None
        )
        if session is None:
            self._session_key = None
        return session

    def exists(self, session_key):
        return super().exists(session_key_hash(session_key))

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.session_key = session_key_hash(row.session_key)
        return row

    def delete(self, session_key=None):
        if key := session_key or self.session_key:
            super().delete(session_key_hash(key))

    async def _aget_session_from_db(self):
        return await sync_to_async(self._get_session_from_db)()

    async def aexists(self, session_key):
        return await sync_to_async(self.exists)(session_key)

    async def acreate_model_instance(self, data):
        return await sync_to_async(self.create_model_instance)(data)

    async def adelete(self, session_key=None):
        await sync_to_async(self.delete)(session_key)

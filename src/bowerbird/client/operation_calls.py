"""A method for every operation, made from the URL map: change that, then run `make docs`."""

# ruff: noqa: PLR0913

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

from bowerbird.api import schemas as s
from bowerbird.api.schemas import control as c
from bowerbird.api.schemas import sandboxes as b
from bowerbird.client.call import Call, Driver
from bowerbird.client.request import Request, given, path
from bowerbird.domain.users import users as d

T = TypeVar("T")


class Calls(Driver):
    """Every operation of the server as a method."""

    @abstractmethod
    async def answer(self, request: Request[T]) -> T: ...

    @Call
    async def create_user(
        self,
        *,
        business_name: str | None = None,
        business_id_no: str | None = None,
        business_id_no_type: str | None = None,
        business_address: d.BusinessAddress | None = None,
        verification_status: bool | None = None,
        verification_date: str | None = None,
        email: str | None = None,
        mobile: str | None = None,
        first_name: str | None = None,
        middle_name: str | None = None,
        last_name: str | None = None,
    ) -> s.PostedUser:
        """Create a user."""
        request: Request[s.PostedUser] = Request(
            "POST",
            "/users",
            s.PostedUser,
            body=given(
                d.UserDetails,
                business_name=business_name,
                business_id_no=business_id_no,
                business_id_no_type=business_id_no_type,
                business_address=business_address,
                verification_status=verification_status,
                verification_date=verification_date,
                email=email,
                mobile=mobile,
                first_name=first_name,
                middle_name=middle_name,
                last_name=last_name,
            ),
        )
        return await self.answer(request)

    @Call
    async def list_users(self, *, limit: int | None = None, next: str | None = None) -> s.UserList:
        """List users, newest first."""
        request: Request[s.UserList] = Request("GET", "/users", s.UserList, query={"limit": limit, "next": next})
        return await self.answer(request)

    @Call
    async def get_user(self, user_id: str) -> s.UserView:
        """Read a user."""
        request: Request[s.UserView] = Request("GET", path("/users/{user_id}", user_id=user_id), s.UserView)
        return await self.answer(request)

    @Call
    async def update_user(
        self,
        user_id: str,
        *,
        business_name: str | None = None,
        business_id_no: str | None = None,
        business_id_no_type: str | None = None,
        business_address: d.BusinessAddress | None = None,
        verification_status: bool | None = None,
        verification_date: str | None = None,
        email: str | None = None,
        mobile: str | None = None,
        first_name: str | None = None,
        middle_name: str | None = None,
        last_name: str | None = None,
    ) -> s.PostedUser:
        """Update a user."""
        request: Request[s.PostedUser] = Request(
            "POST",
            path("/users/{user_id}", user_id=user_id),
            s.PostedUser,
            body=given(
                d.UserDetails,
                business_name=business_name,
                business_id_no=business_id_no,
                business_id_no_type=business_id_no_type,
                business_address=business_address,
                verification_status=verification_status,
                verification_date=verification_date,
                email=email,
                mobile=mobile,
                first_name=first_name,
                middle_name=middle_name,
                last_name=last_name,
            ),
        )
        return await self.answer(request)

    @Call
    async def delete_user(self, user_id: str) -> None:
        """Delete a user and all of their data."""
        request: Request[None] = Request("DELETE", path("/users/{user_id}", user_id=user_id), None)
        return await self.answer(request)

    @Call
    async def list_connections(self, user_id: str, *, filter: str | None = None) -> s.ConnectionList:
        """List connections."""
        request: Request[s.ConnectionList] = Request(
            "GET", path("/users/{user_id}/connections", user_id=user_id), s.ConnectionList, query={"filter": filter}
        )
        return await self.answer(request)

    @Call
    async def create_connection(
        self,
        user_id: str,
        *,
        login_id: str,
        password: str,
        institution_id: str,
        secondary_login_id: str | None = None,
        security_code: str | None = None,
    ) -> s.JobReference:
        """Connect an institution."""
        request: Request[s.JobReference] = Request(
            "POST",
            path("/users/{user_id}/connections", user_id=user_id),
            s.JobReference,
            body=given(
                s.CreateConnectionBody,
                login_id=login_id,
                password=password,
                institution=s.InstitutionChoice(id=institution_id),
                secondary_login_id=secondary_login_id,
                security_code=security_code,
            ),
        )
        return await self.answer(request)

    @Call
    async def refresh_connections(self, user_id: str) -> s.JobReferences:
        """Refresh all connections."""
        request: Request[s.JobReferences] = Request("POST", path("/users/{user_id}/connections/refresh", user_id=user_id), s.JobReferences)
        return await self.answer(request)

    @Call
    async def get_connection(self, user_id: str, connection_id: str) -> s.ConnectionView:
        """Read a connection."""
        request: Request[s.ConnectionView] = Request(
            "GET", path("/users/{user_id}/connections/{connection_id}", user_id=user_id, connection_id=connection_id), s.ConnectionView
        )
        return await self.answer(request)

    @Call
    async def update_connection(
        self,
        user_id: str,
        connection_id: str,
        *,
        password: str,
        login_id: str | None = None,
        secondary_login_id: str | None = None,
        security_code: str | None = None,
    ) -> s.JobReference:
        """Change a connection's credentials."""
        request: Request[s.JobReference] = Request(
            "POST",
            path("/users/{user_id}/connections/{connection_id}", user_id=user_id, connection_id=connection_id),
            s.JobReference,
            body=given(
                s.UpdateConnectionBody,
                password=password,
                login_id=login_id,
                secondary_login_id=secondary_login_id,
                security_code=security_code,
            ),
        )
        return await self.answer(request)

    @Call
    async def delete_connection(self, user_id: str, connection_id: str) -> None:
        """Delete a connection; its data stays."""
        request: Request[None] = Request(
            "DELETE", path("/users/{user_id}/connections/{connection_id}", user_id=user_id, connection_id=connection_id), None
        )
        return await self.answer(request)

    @Call
    async def refresh_connection(self, user_id: str, connection_id: str) -> s.JobReference:
        """Refresh a connection."""
        request: Request[s.JobReference] = Request(
            "POST",
            path("/users/{user_id}/connections/{connection_id}/refresh", user_id=user_id, connection_id=connection_id),
            s.JobReference,
        )
        return await self.answer(request)

    @Call
    async def purge_connection(self, user_id: str, connection_id: str) -> None:
        """Remove the data of a connection's institution."""
        request: Request[None] = Request(
            "POST", path("/users/{user_id}/connections/{connection_id}/purge", user_id=user_id, connection_id=connection_id), None
        )
        return await self.answer(request)

    @Call
    async def create_statement(
        self, user_id: str, *, institution_id: str, statement: bytes, file_name: str = "statement"
    ) -> s.JobReference:
        """Upload a bank statement."""
        request: Request[s.JobReference] = Request(
            "POST",
            path("/users/{user_id}/statements", user_id=user_id),
            s.JobReference,
            body={"institutionId": institution_id},
            file=(file_name, statement),
        )
        return await self.answer(request)

    @Call
    async def list_consents(self, user_id: str) -> s.ConsentList:
        """List the consents a user has given."""
        request: Request[s.ConsentList] = Request("GET", path("/users/{user_id}/consents", user_id=user_id), s.ConsentList)
        return await self.answer(request)

    @Call
    async def delete_consent(self, user_id: str, consent_id: str) -> None:
        """Revoke a consent: its connections end, its data goes where the policy says so."""
        request: Request[None] = Request(
            "DELETE", path("/users/{user_id}/consents/{consent_id}", user_id=user_id, consent_id=consent_id), None
        )
        return await self.answer(request)

    @Call
    async def get_policy(self, policy_id: str) -> s.PolicyView:
        """Read a consent policy of the application."""
        request: Request[s.PolicyView] = Request("GET", path("/policies/{policy_id}", policy_id=policy_id), s.PolicyView)
        return await self.answer(request)

    @Call
    async def create_auth_link(self, user_id: str, *, mobile: str | None = None) -> s.AuthLinkView:
        """Create the one link that leads a user to the consent pages."""
        request: Request[s.AuthLinkView] = Request(
            "POST", path("/users/{user_id}/auth_link", user_id=user_id), s.AuthLinkView, body=given(s.CreateAuthLinkBody, mobile=mobile)
        )
        return await self.answer(request)

    @Call
    async def get_auth_link(self, user_id: str) -> s.AuthLinkView:
        """Read a user's auth link."""
        request: Request[s.AuthLinkView] = Request("GET", path("/users/{user_id}/auth_link", user_id=user_id), s.AuthLinkView)
        return await self.answer(request)

    @Call
    async def delete_auth_link(self, user_id: str) -> None:
        """Take a user's auth link back."""
        request: Request[None] = Request("DELETE", path("/users/{user_id}/auth_link", user_id=user_id), None)
        return await self.answer(request)

    @Call
    async def list_jobs(self, user_id: str, *, filter: str | None = None) -> s.JobList:
        """List the jobs of the last seven days."""
        request: Request[s.JobList] = Request("GET", path("/users/{user_id}/jobs", user_id=user_id), s.JobList, query={"filter": filter})
        return await self.answer(request)

    @Call
    async def get_job(self, job_id: str) -> s.JobView:
        """Read a job."""
        request: Request[s.JobView] = Request("GET", path("/jobs/{job_id}", job_id=job_id), s.JobView)
        return await self.answer(request)

    @Call
    async def create_mfa_response(self, job_id: str, *, mfa_response: list[str]) -> s.JobReference:
        """Answer a multi-factor challenge."""
        request: Request[s.JobReference] = Request(
            "POST", path("/jobs/{job_id}/mfa", job_id=job_id), s.JobReference, body=given(s.MfaResponse, mfa_response=mfa_response)
        )
        return await self.answer(request)

    @Call
    async def list_accounts(self, user_id: str, *, filter: str | None = None) -> s.AccountList:
        """List accounts."""
        request: Request[s.AccountList] = Request(
            "GET", path("/users/{user_id}/accounts", user_id=user_id), s.AccountList, query={"filter": filter}
        )
        return await self.answer(request)

    @Call
    async def get_account(self, user_id: str, account_id: str) -> s.AccountView:
        """Read an account."""
        request: Request[s.AccountView] = Request(
            "GET", path("/users/{user_id}/accounts/{account_id}", user_id=user_id, account_id=account_id), s.AccountView
        )
        return await self.answer(request)

    @Call
    async def list_transactions(
        self, user_id: str, *, filter: str | None = None, limit: int | None = None, next: str | None = None
    ) -> s.TransactionList:
        """List transactions, newest first."""
        request: Request[s.TransactionList] = Request(
            "GET",
            path("/users/{user_id}/transactions", user_id=user_id),
            s.TransactionList,
            query={"filter": filter, "limit": limit, "next": next},
        )
        return await self.answer(request)

    @Call
    async def get_transaction(self, user_id: str, transaction_id: str) -> s.TransactionView:
        """Read a transaction."""
        request: Request[s.TransactionView] = Request(
            "GET", path("/users/{user_id}/transactions/{transaction_id}", user_id=user_id, transaction_id=transaction_id), s.TransactionView
        )
        return await self.answer(request)

    @Call
    async def list_identities(self, user_id: str) -> s.IdentityList:
        """List the personal details that banks hold of a user."""
        request: Request[s.IdentityList] = Request("GET", path("/users/{user_id}/identities", user_id=user_id), s.IdentityList)
        return await self.answer(request)

    @Call
    async def get_identity(self, user_id: str, identity_id: str) -> s.IdentityView:
        """Read the personal details that a bank holds of a user."""
        request: Request[s.IdentityView] = Request(
            "GET", path("/users/{user_id}/identities/{identity_id}", user_id=user_id, identity_id=identity_id), s.IdentityView
        )
        return await self.answer(request)

    @Call
    async def get_enrichment(
        self,
        *,
        q: str | None = None,
        institution: str | None = None,
        country: str | None = None,
        mcc: str | None = None,
        account_type: str | None = None,
        amount: str | None = None,
    ) -> s.EnrichView:
        """What the text of a movement means."""
        request: Request[s.EnrichView] = Request(
            "GET",
            "/enrich",
            s.EnrichView,
            query={"q": q, "institution": institution, "country": country, "mcc": mcc, "accountType": account_type, "amount": amount},
        )
        return await self.answer(request)

    @Call
    async def create_income(
        self, user_id: str, *, accounts: list[str] | None = None, from_month: str | None = None, to_month: str | None = None
    ) -> s.IncomeView:
        """Summarise the income of accounts."""
        request: Request[s.IncomeView] = Request(
            "POST",
            path("/users/{user_id}/income", user_id=user_id),
            s.IncomeView,
            body=given(s.SummaryBody, accounts=accounts, from_month=from_month, to_month=to_month),
        )
        return await self.answer(request)

    @Call
    async def get_income(self, user_id: str, snapshot_id: str) -> s.IncomeView:
        """Read a summary of income."""
        request: Request[s.IncomeView] = Request(
            "GET", path("/users/{user_id}/income/{snapshot_id}", user_id=user_id, snapshot_id=snapshot_id), s.IncomeView
        )
        return await self.answer(request)

    @Call
    async def create_expenses(
        self, user_id: str, *, accounts: list[str] | None = None, from_month: str | None = None, to_month: str | None = None
    ) -> s.ExpensesView:
        """Summarise the expenses of accounts."""
        request: Request[s.ExpensesView] = Request(
            "POST",
            path("/users/{user_id}/expenses", user_id=user_id),
            s.ExpensesView,
            body=given(s.SummaryBody, accounts=accounts, from_month=from_month, to_month=to_month),
        )
        return await self.answer(request)

    @Call
    async def get_expenses(self, user_id: str, snapshot_id: str) -> s.ExpensesView:
        """Read a summary of expenses."""
        request: Request[s.ExpensesView] = Request(
            "GET", path("/users/{user_id}/expenses/{snapshot_id}", user_id=user_id, snapshot_id=snapshot_id), s.ExpensesView
        )
        return await self.answer(request)

    @Call
    async def list_affordability(self, user_id: str) -> s.AffordabilityList:
        """List summaries of affordability."""
        request: Request[s.AffordabilityList] = Request("GET", path("/users/{user_id}/affordability", user_id=user_id), s.AffordabilityList)
        return await self.answer(request)

    @Call
    async def create_affordability(
        self, user_id: str, *, accounts: list[str] | None = None, from_month: str | None = None, to_month: str | None = None
    ) -> s.AffordabilityView:
        """Summarise what is earned, spent, owned and owed."""
        request: Request[s.AffordabilityView] = Request(
            "POST",
            path("/users/{user_id}/affordability", user_id=user_id),
            s.AffordabilityView,
            body=given(s.SummaryBody, accounts=accounts, from_month=from_month, to_month=to_month),
        )
        return await self.answer(request)

    @Call
    async def get_affordability(self, user_id: str, snapshot_id: str) -> s.AffordabilityView:
        """Read a summary of affordability."""
        request: Request[s.AffordabilityView] = Request(
            "GET", path("/users/{user_id}/affordability/{snapshot_id}", user_id=user_id, snapshot_id=snapshot_id), s.AffordabilityView
        )
        return await self.answer(request)

    @Call
    async def list_affordability_transactions(
        self, user_id: str, snapshot_id: str, *, limit: int | None = None, next: str | None = None
    ) -> s.SnapshotTransactionList:
        """List the transactions that a summary of affordability was made from."""
        request: Request[s.SnapshotTransactionList] = Request(
            "GET",
            path("/users/{user_id}/affordability/{snapshot_id}/transactions", user_id=user_id, snapshot_id=snapshot_id),
            s.SnapshotTransactionList,
            query={"limit": limit, "next": next},
        )
        return await self.answer(request)

    @Call
    async def create_report(self, *, report_type: str, title: str, filters: list[s.ReportFilterBody]) -> s.JobReference:
        """Create a report of up to five users, or a statement."""
        request: Request[s.JobReference] = Request(
            "POST", "/reports", s.JobReference, body=given(s.ReportBody, report_type=report_type, title=title, filters=filters)
        )
        return await self.answer(request)

    @Call
    async def list_reports(self) -> s.ReportList:
        """List reports, newest first."""
        request: Request[s.ReportList] = Request("GET", "/reports", s.ReportList)
        return await self.answer(request)

    @Call
    async def list_report_types(self) -> s.ReportTypeList:
        """List report types."""
        request: Request[s.ReportTypeList] = Request("GET", "/reports/types", s.ReportTypeList)
        return await self.answer(request)

    @Call
    async def get_report_type(self, report_type_id: str) -> s.ReportTypeDetails:
        """Read a report type."""
        request: Request[s.ReportTypeDetails] = Request(
            "GET", path("/reports/types/{report_type_id}", report_type_id=report_type_id), s.ReportTypeDetails
        )
        return await self.answer(request)

    @Call
    async def get_report(self, report_id: str) -> s.ReportView:
        """Read a report."""
        request: Request[s.ReportView] = Request("GET", path("/reports/{report_id}", report_id=report_id), s.ReportView)
        return await self.answer(request)

    @Call
    async def delete_report(self, report_id: str) -> None:
        """Delete a report with its transactions."""
        request: Request[None] = Request("DELETE", path("/reports/{report_id}", report_id=report_id), None)
        return await self.answer(request)

    @Call
    async def list_report_transactions(
        self, report_id: str, *, filter: str | None = None, limit: int | None = None, next: str | None = None
    ) -> s.TransactionList:
        """List the transactions that a report was made from."""
        request: Request[s.TransactionList] = Request(
            "GET",
            path("/reports/{report_id}/transactions", report_id=report_id),
            s.TransactionList,
            query={"filter": filter, "limit": limit, "next": next},
        )
        return await self.answer(request)

    @Call
    async def get_refresh_schedule(self) -> s.RefreshScheduleView:
        """Read how often connections are refreshed by themselves."""
        request: Request[s.RefreshScheduleView] = Request("GET", "/extras/refresh-schedule", s.RefreshScheduleView)
        return await self.answer(request)

    @Call
    async def update_refresh_schedule(self, *, every_hours: int) -> s.RefreshScheduleView:
        """Change how often connections are refreshed by themselves."""
        request: Request[s.RefreshScheduleView] = Request(
            "POST", "/extras/refresh-schedule", s.RefreshScheduleView, body=given(s.RefreshScheduleBody, every_hours=every_hours)
        )
        return await self.answer(request)

    @Call
    async def get_own_rules(self) -> s.OwnRulesView:
        """Read the application's own rules."""
        request: Request[s.OwnRulesView] = Request("GET", "/extras/rules", s.OwnRulesView)
        return await self.answer(request)

    @Call
    async def update_own_rules(self, *, rules: list[s.OwnRule], dry_run: bool | None = None, next: str | None = None) -> s.OwnRulesChange:
        """Change the application's own rules, or try what they would change."""
        request: Request[s.OwnRulesChange] = Request(
            "POST", "/extras/rules", s.OwnRulesChange, body=given(s.OwnRulesBody, rules=rules, dry_run=dry_run, next=next)
        )
        return await self.answer(request)

    @Call
    async def update_category(self, user_id: str, transaction_id: str, *, category: str | None = None) -> s.CategoryView:
        """Say what one transaction is."""
        request: Request[s.CategoryView] = Request(
            "POST",
            path("/extras/users/{user_id}/transactions/{transaction_id}/category", user_id=user_id, transaction_id=transaction_id),
            s.CategoryView,
            body=given(s.CategoryBody, category=category),
        )
        return await self.answer(request)

    @Call
    async def list_connectors(self, *, filter: str | None = None) -> s.ConnectorList:
        """List connectors."""
        request: Request[s.ConnectorList] = Request("GET", "/connectors", s.ConnectorList, query={"filter": filter})
        return await self.answer(request)

    @Call
    async def get_connector(self, connector_id: str, method: str) -> s.ConnectorView:
        """Read a connector."""
        request: Request[s.ConnectorView] = Request(
            "GET", path("/connectors/{connector_id}/{method}", connector_id=connector_id, method=method), s.ConnectorView
        )
        return await self.answer(request)

    @Call
    async def list_institutions(self, *, filter: str | None = None) -> s.InstitutionList:
        """List institutions."""
        request: Request[s.InstitutionList] = Request("GET", "/institutions", s.InstitutionList, query={"filter": filter})
        return await self.answer(request)

    @Call
    async def get_institution(self, institution_id: str) -> s.InstitutionView:
        """Read an institution."""
        request: Request[s.InstitutionView] = Request(
            "GET", path("/institutions/{institution_id}", institution_id=institution_id), s.InstitutionView
        )
        return await self.answer(request)

    @Call
    async def list_events(self, *, filter: str | None = None, limit: int | None = None, next: str | None = None) -> s.EventList:
        """List the events of the last seven days, newest first."""
        request: Request[s.EventList] = Request("GET", "/events", s.EventList, query={"filter": filter, "limit": limit, "next": next})
        return await self.answer(request)

    @Call
    async def list_event_types(self) -> s.EventTypeList:
        """List event types."""
        request: Request[s.EventTypeList] = Request("GET", "/events/types", s.EventTypeList)
        return await self.answer(request)

    @Call
    async def get_event_type(self, id: str) -> s.EventTypeDescription:
        """Read an event type."""
        request: Request[s.EventTypeDescription] = Request("GET", path("/events/types/{id}", id=id), s.EventTypeDescription)
        return await self.answer(request)

    @Call
    async def get_event(self, id: str) -> s.EventView:
        """Read an event."""
        request: Request[s.EventView] = Request("GET", path("/events/{id}", id=id), s.EventView)
        return await self.answer(request)

    @Call
    async def create_webhook(
        self, *, url: str, name: str | None = None, description: str | None = None, subscribed_events: list[str] | str | None = None
    ) -> s.WebhookView:
        """Create a webhook."""
        request: Request[s.WebhookView] = Request(
            "POST",
            "/notifications/webhooks",
            s.WebhookView,
            body=given(s.WebhookBody, url=url, name=name, description=description, subscribed_events=subscribed_events),
        )
        return await self.answer(request)

    @Call
    async def list_webhooks(self) -> s.WebhookList:
        """List webhooks."""
        request: Request[s.WebhookList] = Request("GET", "/notifications/webhooks", s.WebhookList)
        return await self.answer(request)

    @Call
    async def get_webhook(self, webhook_id: str) -> s.WebhookView:
        """Read a webhook."""
        request: Request[s.WebhookView] = Request("GET", path("/notifications/webhooks/{webhook_id}", webhook_id=webhook_id), s.WebhookView)
        return await self.answer(request)

    @Call
    async def update_webhook(
        self,
        webhook_id: str,
        *,
        url: str,
        name: str | None = None,
        description: str | None = None,
        subscribed_events: list[str] | str | None = None,
    ) -> s.WebhookView:
        """Change a webhook, and enable it again."""
        request: Request[s.WebhookView] = Request(
            "POST",
            path("/notifications/webhooks/{webhook_id}", webhook_id=webhook_id),
            s.WebhookView,
            body=given(s.WebhookBody, url=url, name=name, description=description, subscribed_events=subscribed_events),
        )
        return await self.answer(request)

    @Call
    async def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook with its messages."""
        request: Request[None] = Request("DELETE", path("/notifications/webhooks/{webhook_id}", webhook_id=webhook_id), None)
        return await self.answer(request)

    @Call
    async def list_messages(
        self, webhook_id: str, *, filter: str | None = None, limit: int | None = None, next: str | None = None
    ) -> s.MessageList:
        """List messages to a webhook, newest first."""
        request: Request[s.MessageList] = Request(
            "GET",
            path("/notifications/webhooks/{webhook_id}/messages", webhook_id=webhook_id),
            s.MessageList,
            query={"filter": filter, "limit": limit, "next": next},
        )
        return await self.answer(request)

    @Call
    async def get_message(self, webhook_id: str, message_id: str) -> s.MessageView:
        """Read a message with its attempts."""
        request: Request[s.MessageView] = Request(
            "GET",
            path("/notifications/webhooks/{webhook_id}/messages/{message_id}", webhook_id=webhook_id, message_id=message_id),
            s.MessageView,
        )
        return await self.answer(request)

    @Call
    async def replay_webhook(self, webhook_id: str, *, since: str) -> s.Replayed:
        """Send again what a webhook has missed since a moment, and enable it again."""
        request: Request[s.Replayed] = Request(
            "POST",
            path("/notifications/webhooks/{webhook_id}/replay", webhook_id=webhook_id),
            s.Replayed,
            body=given(s.ReplayBody, since=since),
        )
        return await self.answer(request)

    @Call
    async def create_test_message(self, *, event_type_id: str, text: str | None = None) -> None:
        """Send a test message."""
        request: Request[None] = Request(
            "POST", "/notifications/messages/test", None, body=given(s.TestMessageBody, event_type_id=event_type_id, text=text)
        )
        return await self.answer(request)

    @Call
    async def list_public_connectors(self, *, filter: str | None = None) -> s.ConnectorList:
        """List connectors without a token."""
        request: Request[s.ConnectorList] = Request("GET", "/public/connectors", s.ConnectorList, access="public", query={"filter": filter})
        return await self.answer(request)

    @Call
    async def get_public_connector(self, connector_id: str, method: str) -> s.ConnectorView:
        """Read a connector without a token."""
        request: Request[s.ConnectorView] = Request(
            "GET",
            path("/public/connectors/{connector_id}/{method}", connector_id=connector_id, method=method),
            s.ConnectorView,
            access="public",
        )
        return await self.answer(request)

    @Call
    async def list_public_institutions(self, *, filter: str | None = None) -> s.InstitutionList:
        """List institutions without a token."""
        request: Request[s.InstitutionList] = Request(
            "GET", "/public/institutions", s.InstitutionList, access="public", query={"filter": filter}
        )
        return await self.answer(request)

    @Call
    async def get_logo(self, logo: str) -> str:
        """An institution's initials as a picture."""
        request: Request[str] = Request("GET", path("/public/logos/{logo}", logo=logo), str, access="public")
        return await self.answer(request)

    @Call
    async def get_health(self) -> s.HealthView:
        """Whether the process is alive."""
        request: Request[s.HealthView] = Request("GET", "/healthz", s.HealthView, access="public")
        return await self.answer(request)

    @Call
    async def get_readiness(self) -> s.Readiness:
        """Whether requests can be served."""
        request: Request[s.Readiness] = Request("GET", "/readyz", s.Readiness, access="public")
        return await self.answer(request)

    @Call
    async def get_metrics(self) -> str:
        """Counters for Prometheus."""
        request: Request[str] = Request("GET", "/metrics", str, access="public")
        return await self.answer(request)

    @Call
    async def get_openapi(self) -> dict[str, Any]:
        """This description."""
        request: Request[dict[str, Any]] = Request("GET", "/openapi.json", dict[str, Any], access="public")
        return await self.answer(request)

    @Call
    async def list_codes(self) -> dict[str, Any]:
        """Every response code, and how to trigger it."""
        request: Request[dict[str, Any]] = Request("GET", "/_bowerbird/codes", dict[str, Any], access="control")
        return await self.answer(request)

    @Call
    async def create_fault(
        self,
        *,
        operation: str | None = None,
        code: str | None = None,
        variant: str | None = None,
        step: str | None = None,
        user_id: str | None = None,
        times: int | None = None,
        delay_ms: int | None = None,
        probability: float | None = None,
        seed: int | None = None,
    ) -> c.FaultView:
        """Make requests or jobs fail or wait."""
        request: Request[c.FaultView] = Request(
            "POST",
            "/_bowerbird/faults",
            c.FaultView,
            access="control",
            body=given(
                c.NewFault,
                operation=operation,
                code=code,
                variant=variant,
                step=step,
                user_id=user_id,
                times=times,
                delay_ms=delay_ms,
                probability=probability,
                seed=seed,
            ),
        )
        return await self.answer(request)

    @Call
    async def list_faults(self) -> c.FaultList:
        """List active faults."""
        request: Request[c.FaultList] = Request("GET", "/_bowerbird/faults", c.FaultList, access="control")
        return await self.answer(request)

    @Call
    async def delete_faults(self) -> None:
        """Delete all faults."""
        request: Request[None] = Request("DELETE", "/_bowerbird/faults", None, access="control")
        return await self.answer(request)

    @Call
    async def delete_fault(self, fault_id: str) -> None:
        """Delete a fault."""
        request: Request[None] = Request("DELETE", path("/_bowerbird/faults/{fault_id}", fault_id=fault_id), None, access="control")
        return await self.answer(request)

    @Call
    async def get_limits(self) -> c.LimitsView:
        """Read the limits in force."""
        request: Request[c.LimitsView] = Request("GET", "/_bowerbird/limits", c.LimitsView, access="control")
        return await self.answer(request)

    @Call
    async def update_limits(
        self,
        *,
        token_ttl_seconds: int | None = None,
        token_requests_per_5_minutes: int | None = None,
        sandbox_connections: int | None = None,
        refreshes_per_connection_per_day: int | None = None,
        sandbox_enrich_requests_per_month: int | None = None,
        sandbox_insights_per_day: int | None = None,
        statement_max_bytes: int | None = None,
        csv_max_rows: int | None = None,
        mfa_expiry_seconds: int | None = None,
        step_seconds: int | None = None,
    ) -> c.LimitsView:
        """Change limits."""
        request: Request[c.LimitsView] = Request(
            "POST",
            "/_bowerbird/limits",
            c.LimitsView,
            access="control",
            body=given(
                c.LimitsChange,
                token_ttl_seconds=token_ttl_seconds,
                token_requests_per_5_minutes=token_requests_per_5_minutes,
                sandbox_connections=sandbox_connections,
                refreshes_per_connection_per_day=refreshes_per_connection_per_day,
                sandbox_enrich_requests_per_month=sandbox_enrich_requests_per_month,
                sandbox_insights_per_day=sandbox_insights_per_day,
                statement_max_bytes=statement_max_bytes,
                csv_max_rows=csv_max_rows,
                mfa_expiry_seconds=mfa_expiry_seconds,
                step_seconds=step_seconds,
            ),
        )
        return await self.answer(request)

    @Call
    async def reset_limits(self) -> c.LimitsView:
        """Reset limits to the settings."""
        request: Request[c.LimitsView] = Request("DELETE", "/_bowerbird/limits", c.LimitsView, access="control")
        return await self.answer(request)

    @Call
    async def get_clock(self) -> c.ClockView:
        """Read the sandbox's clock."""
        request: Request[c.ClockView] = Request("GET", "/_bowerbird/clock", c.ClockView, access="control")
        return await self.answer(request)

    @Call
    async def update_clock(
        self, *, advance_seconds: int | None = None, at: str | None = None, freeze: bool | None = None, resume: bool | None = None
    ) -> c.ClockMove:
        """Move, freeze or resume the clock."""
        request: Request[c.ClockMove] = Request(
            "POST",
            "/_bowerbird/clock",
            c.ClockMove,
            access="control",
            body=given(c.ClockChange, advance_seconds=advance_seconds, at=at, freeze=freeze, resume=resume),
        )
        return await self.answer(request)

    @Call
    async def create_application(
        self, *, name: str | None = None, products: str | None = None, test_statements_allowed: bool | None = None
    ) -> c.ApplicationKey:
        """Create a sandbox application."""
        request: Request[c.ApplicationKey] = Request(
            "POST",
            "/_bowerbird/applications",
            c.ApplicationKey,
            access="control",
            body=given(c.NewApplication, name=name, products=products, test_statements_allowed=test_statements_allowed),
        )
        return await self.answer(request)

    @Call
    async def update_application(self, application_id: str, *, disabled: bool) -> c.ApplicationView:
        """Disable an application, or enable it again."""
        request: Request[c.ApplicationView] = Request(
            "POST",
            path("/_bowerbird/applications/{application_id}", application_id=application_id),
            c.ApplicationView,
            access="control",
            body=given(c.ApplicationChange, disabled=disabled),
        )
        return await self.answer(request)

    @Call
    async def create_snapshot(self, *, name: str) -> b.SnapshotView:
        """Save the sandbox's state."""
        request: Request[b.SnapshotView] = Request(
            "POST", "/_bowerbird/snapshots", b.SnapshotView, access="control", body=given(b.NewSnapshot, name=name)
        )
        return await self.answer(request)

    @Call
    async def list_snapshots(self) -> b.SnapshotList:
        """List snapshots."""
        request: Request[b.SnapshotList] = Request("GET", "/_bowerbird/snapshots", b.SnapshotList, access="control")
        return await self.answer(request)

    @Call
    async def restore_snapshot(self, name: str) -> None:
        """Restore a snapshot."""
        request: Request[None] = Request("POST", path("/_bowerbird/snapshots/{name}/restore", name=name), None, access="control")
        return await self.answer(request)

    @Call
    async def fork_snapshot(self, name: str) -> b.ForkView:
        """Create a fork from a snapshot."""
        request: Request[b.ForkView] = Request("POST", path("/_bowerbird/snapshots/{name}/fork", name=name), b.ForkView, access="control")
        return await self.answer(request)

    @Call
    async def delete_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        request: Request[None] = Request("DELETE", path("/_bowerbird/snapshots/{name}", name=name), None, access="control")
        return await self.answer(request)

    @Call
    async def create_fork(self) -> b.ForkView:
        """Create a fork from the current state."""
        request: Request[b.ForkView] = Request("POST", "/_bowerbird/forks", b.ForkView, access="control")
        return await self.answer(request)

    @Call
    async def list_forks(self) -> b.ForkList:
        """List forks."""
        request: Request[b.ForkList] = Request("GET", "/_bowerbird/forks", b.ForkList, access="control")
        return await self.answer(request)

    @Call
    async def delete_fork(self, fork_id: str) -> None:
        """Delete a fork."""
        request: Request[None] = Request("DELETE", path("/_bowerbird/forks/{fork_id}", fork_id=fork_id), None, access="control")
        return await self.answer(request)

    @Call
    async def create_reset(self, *, seed: dict[str, Any] | None = None) -> b.ResetView:
        """Empty the sandbox, or load a seed file."""
        request: Request[b.ResetView] = Request(
            "POST", "/_bowerbird/reset", b.ResetView, access="control", body=given(b.NewReset, seed=seed)
        )
        return await self.answer(request)

    @Call
    async def create_bank(self, *, institution: str, preset: str, seed: int | None = None) -> b.BankView:
        """Make a bank misbehave."""
        request: Request[b.BankView] = Request(
            "POST",
            "/_bowerbird/banks",
            b.BankView,
            access="control",
            body=given(b.NewBank, institution=institution, preset=preset, seed=seed),
        )
        return await self.answer(request)

    @Call
    async def list_banks(self) -> b.BankList:
        """List banks that misbehave, and the presets."""
        request: Request[b.BankList] = Request("GET", "/_bowerbird/banks", b.BankList, access="control")
        return await self.answer(request)

    @Call
    async def delete_bank(self, institution_id: str) -> None:
        """Make a bank behave again."""
        request: Request[None] = Request(
            "DELETE", path("/_bowerbird/banks/{institution_id}", institution_id=institution_id), None, access="control"
        )
        return await self.answer(request)

    @Call
    async def get_control_openapi(self) -> dict[str, Any]:
        """This description."""
        request: Request[dict[str, Any]] = Request("GET", "/_bowerbird/openapi.json", dict[str, Any], access="control")
        return await self.answer(request)

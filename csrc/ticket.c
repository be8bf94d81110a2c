/* Tickets: which are open, and the news of those that are over. */
#include "engine_inside.h"

static void leave_list(igh_ticket *ticket) {
  if (ticket->link == NULL) return;
  *ticket->link = ticket->next;
  if (ticket->next != NULL)
    ticket->next->link = ticket->link;
  else if (ticket->engine->last_news == &ticket->next)
    ticket->engine->last_news = ticket->link;
  ticket->next = NULL;
  ticket->link = NULL;
}

static void enter_list(igh_ticket *ticket, igh_ticket **place) {
  ticket->link = place;
  ticket->next = *place;
  if (ticket->next != NULL) ticket->next->link = &ticket->next;
  *place = ticket;
}

void igh_ticket_announce(igh_ticket *ticket) {
  igh_engine *engine = ticket->engine;
  ticket->over = true;
  leave_list(ticket);
  enter_list(ticket, engine->last_news);
  engine->last_news = &ticket->next;
}

void igh_ticket_set(igh_ticket *ticket, long milliseconds) {
  igh_ticket **place = &ticket->engine->alarms;
  leave_list(ticket);
  ticket->due = igh_now() + milliseconds;
  while (*place != NULL && (*place)->due <= ticket->due) place = &(*place)->next;
  enter_list(ticket, place);
}

void igh_ticket_open(igh_ticket *ticket, igh_engine *engine, long milliseconds) {
  ticket->engine = engine;
  ticket->due = -1;
  if (milliseconds < 0)
    enter_list(ticket, &engine->quiet);
  else
    igh_ticket_set(ticket, milliseconds);
}

void igh_ticket_ring(igh_ticket *ticket) {
  if (ticket->transfer != NULL && !ticket->transfer->being_read)
    igh_transfer_free(ticket->transfer);
  else if (!ticket->over && igh_engine_is_ours(ticket->engine))
    igh_ticket_announce(ticket);
}

void igh_ticket_drop(igh_ticket *ticket) {
  igh_transfer_free(ticket->transfer);
  leave_list(ticket);
  ticket->engine = NULL;
  ticket->over = true;
}

igh_ticket *igh_engine_news(igh_engine *engine) {
  igh_ticket *ticket = engine->news;
  if (ticket != NULL) leave_list(ticket);
  return ticket;
}

void igh_tickets_tell(igh_engine *engine) {
  if (engine->alarms == NULL) return;
  long long time = igh_now();
  while (engine->alarms != NULL && engine->alarms->due <= time) {
    igh_ticket *ticket = engine->alarms;
    leave_list(ticket);
    if (ticket->transfer != NULL)
      igh_transfer_expire(ticket->transfer);
    else
      igh_ticket_announce(ticket);
  }
}

static void drop_list(igh_ticket **list) {
  while (*list != NULL) igh_ticket_drop(*list);
}

void igh_tickets_drop(igh_engine *engine) {
  drop_list(&engine->alarms);
  drop_list(&engine->quiet);
  drop_list(&engine->news);
}

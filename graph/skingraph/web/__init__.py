"""The graph as a service: a SPARQL endpoint and its pages, worked out in limited processes.

server       the web process: listens, and stops in order
app          what each address means
incoming     a request: its parameters, its body, its client
protocol     the SPARQL 1.1 protocol: which query is asked of which graphs
negotiation  which of our formats is wanted
replies      what goes out, and the headers of it
journal      a line for each request, and the counts of them all
pool, line   who runs when, and who is next
crew         the workers as the web process sees them
nursery      a process without threads that makes, ends and buries workers
worker       a process that can only think and answer
frames       how they speak to one another
jobs         what a worker is asked to do
written      what the engine answers, in the format that is wanted
description  what the endpoint says of itself
answers      what became of a job
"""
